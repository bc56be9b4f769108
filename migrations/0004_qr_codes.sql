-- QR codes: what is live, and how many codes and scans there are, kept in the transaction of each change.

INSERT INTO totals (name, value) VALUES
  ('qr_batches.attendance', 0), ('qr_batches.certificate', 0), ('qr_batches.access', 0), ('qr_batches.module', 0);
--> statement-breakpoint
CREATE TRIGGER qr_batches_counted_on_insert AFTER INSERT ON qr_batches BEGIN
  UPDATE totals SET value = value + 1 WHERE name = 'qr_batches.' || NEW.type;
END;
--> statement-breakpoint
CREATE TRIGGER qr_batches_counted_on_delete AFTER DELETE ON qr_batches BEGIN
  UPDATE totals SET value = value - 1 WHERE name = 'qr_batches.' || OLD.type;
END;
--> statement-breakpoint
-- A code is gone with its module or course, and back with them. The module's index is told of in full.
CREATE TRIGGER qr_codes_live_with_course AFTER UPDATE OF deleted_at ON courses
WHEN (NEW.deleted_at IS NULL) <> (OLD.deleted_at IS NULL) BEGIN
  UPDATE qr_codes SET is_live = NEW.deleted_at IS NULL AND deleted_at IS NULL
    AND (type NOT IN ('attendance', 'module') OR EXISTS (SELECT 1 FROM modules m WHERE m.id = target_id AND m.deleted_at IS NULL))
  WHERE course_id = NEW.id;
END;
--> statement-breakpoint
CREATE TRIGGER qr_codes_live_with_module AFTER UPDATE OF deleted_at ON modules
WHEN (NEW.deleted_at IS NULL) <> (OLD.deleted_at IS NULL) BEGIN
  UPDATE qr_codes SET is_live = NEW.deleted_at IS NULL AND deleted_at IS NULL
    AND EXISTS (SELECT 1 FROM courses c WHERE c.id = course_id AND c.deleted_at IS NULL)
  WHERE target_id = NEW.id AND type IN ('attendance', 'module');
END;
--> statement-breakpoint
CREATE TRIGGER qr_codes_live_until_deleted AFTER UPDATE OF deleted_at ON qr_codes WHEN NEW.deleted_at IS NOT NULL BEGIN
  UPDATE qr_codes SET is_live = 0 WHERE id = NEW.id;
END;
--> statement-breakpoint
-- A code's scans; the last word on its limit: whoever scans once too often is rolled back.
CREATE TRIGGER qr_scans_counted_on_insert AFTER INSERT ON qr_scans BEGIN
  UPDATE qr_codes SET scan_count = scan_count + NEW.is_valid, invalid_scan_count = invalid_scan_count + (1 - NEW.is_valid)
  WHERE id = NEW.qr_code_id;
  SELECT RAISE(ABORT, 'SCAN_LIMIT') FROM qr_codes WHERE id = NEW.qr_code_id AND NEW.is_valid AND max_scans > 0 AND scan_count > max_scans;
END;
--> statement-breakpoint
CREATE TRIGGER qr_scans_counted_on_delete AFTER DELETE ON qr_scans BEGIN
  UPDATE qr_codes SET scan_count = scan_count - OLD.is_valid, invalid_scan_count = invalid_scan_count - (1 - OLD.is_valid)
  WHERE id = OLD.qr_code_id;
END;
--> statement-breakpoint
-- A live code's share of every tally it belongs to.
CREATE TRIGGER qr_tallies_on_code AFTER INSERT ON qr_codes WHEN NEW.is_live BEGIN
  INSERT INTO qr_tallies (batch_id, kind, expires_at, course_id, count)
  SELECT s.column1, k.column1, k.column2, s.column2, k.column3
  FROM (VALUES (0, 0), (0, NEW.course_id), (NEW.batch_id, NEW.course_id)) s,
    (VALUES ('codes', 0, 1),
      ('revoked', 0, NEW.is_revoked),
      ('expiring', coalesce(NEW.expires_at, 9007199254740991), 1 - NEW.is_revoked),
      ('valid_scans', 0, NEW.scan_count),
      ('invalid_scans', 0, NEW.invalid_scan_count)) k
  WHERE s.column1 IS NOT NULL AND k.column3 <> 0
  ON CONFLICT (batch_id, kind, expires_at, course_id) DO UPDATE SET count = count + excluded.count;
END;
--> statement-breakpoint
CREATE TRIGGER qr_tallies_on_code_changed AFTER UPDATE OF is_live, is_revoked, expires_at ON qr_codes
WHEN NEW.is_live <> OLD.is_live OR NEW.is_revoked <> OLD.is_revoked OR NEW.expires_at IS NOT OLD.expires_at BEGIN
  INSERT INTO qr_tallies (batch_id, kind, expires_at, course_id, count)
  SELECT s.column1, k.column1, k.column2, s.column2, k.column3
  FROM (VALUES (0, 0), (0, NEW.course_id), (NEW.batch_id, NEW.course_id)) s,
    (VALUES ('codes', 0, NEW.is_live - OLD.is_live),
      ('revoked', 0, NEW.is_live * NEW.is_revoked - OLD.is_live * OLD.is_revoked),
      ('expiring', coalesce(OLD.expires_at, 9007199254740991), -OLD.is_live * (1 - OLD.is_revoked)),
      ('expiring', coalesce(NEW.expires_at, 9007199254740991), NEW.is_live * (1 - NEW.is_revoked)),
      ('valid_scans', 0, NEW.scan_count * (NEW.is_live - OLD.is_live)),
      ('invalid_scans', 0, NEW.invalid_scan_count * (NEW.is_live - OLD.is_live))) k
  WHERE s.column1 IS NOT NULL AND k.column3 <> 0
  ON CONFLICT (batch_id, kind, expires_at, course_id) DO UPDATE SET count = count + excluded.count;
END;
--> statement-breakpoint
CREATE TRIGGER qr_tallies_on_code_deleted AFTER DELETE ON qr_codes WHEN OLD.is_live BEGIN
  INSERT INTO qr_tallies (batch_id, kind, expires_at, course_id, count)
  SELECT s.column1, k.column1, k.column2, s.column2, -k.column3
  FROM (VALUES (0, 0), (0, OLD.course_id), (OLD.batch_id, OLD.course_id)) s,
    (VALUES ('codes', 0, 1),
      ('revoked', 0, OLD.is_revoked),
      ('expiring', coalesce(OLD.expires_at, 9007199254740991), 1 - OLD.is_revoked),
      ('valid_scans', 0, OLD.scan_count),
      ('invalid_scans', 0, OLD.invalid_scan_count)) k
  WHERE s.column1 IS NOT NULL AND k.column3 <> 0
  ON CONFLICT (batch_id, kind, expires_at, course_id) DO UPDATE SET count = count + excluded.count;
END;
--> statement-breakpoint
CREATE TRIGGER qr_tallies_on_scans AFTER UPDATE OF scan_count, invalid_scan_count ON qr_codes WHEN NEW.is_live BEGIN
  INSERT INTO qr_tallies (batch_id, kind, expires_at, course_id, count)
  SELECT s.column1, k.column1, 0, s.column2, k.column2
  FROM (VALUES (0, 0), (0, NEW.course_id), (NEW.batch_id, NEW.course_id)) s,
    (VALUES ('valid_scans', NEW.scan_count - OLD.scan_count),
      ('invalid_scans', NEW.invalid_scan_count - OLD.invalid_scan_count)) k
  WHERE s.column1 IS NOT NULL AND k.column2 <> 0
  ON CONFLICT (batch_id, kind, expires_at, course_id) DO UPDATE SET count = count + excluded.count;
END;
