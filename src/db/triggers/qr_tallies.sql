-- Adds each live code and its scans to the tallies over all, of its course, and of its batch and course.
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

CREATE TRIGGER qr_tallies_on_scans AFTER UPDATE OF scan_count, invalid_scan_count ON qr_codes WHEN NEW.is_live BEGIN
  INSERT INTO qr_tallies (batch_id, kind, expires_at, course_id, count)
  SELECT s.column1, k.column1, 0, s.column2, k.column2
  FROM (VALUES (0, 0), (0, NEW.course_id), (NEW.batch_id, NEW.course_id)) s,
    (VALUES ('valid_scans', NEW.scan_count - OLD.scan_count),
      ('invalid_scans', NEW.invalid_scan_count - OLD.invalid_scan_count)) k
  WHERE s.column1 IS NOT NULL AND k.column2 <> 0
  ON CONFLICT (batch_id, kind, expires_at, course_id) DO UPDATE SET count = count + excluded.count;
END;
