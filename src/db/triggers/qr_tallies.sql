-- A live code's share of every tally it belongs to.
CREATE TRIGGER qr_tallies_on_code AFTER INSERT ON qr_codes WHEN NEW.is_live BEGIN
  INSERT INTO qr_tallies (batch_id, key, course_id, count)
  SELECT s.column1, k.column1, s.column2, k.column2
  FROM (VALUES (0, 0), (0, NEW.course_id), (NEW.batch_id, NEW.course_id)) s,
    (VALUES (-2, 1), (iif(NEW.is_revoked, -1, coalesce(NEW.expires_at, 9007199254740991)), 1), (-3, NEW.scan_count), (-4, NEW.invalid_scan_count)) k
  WHERE s.column1 IS NOT NULL AND k.column2 <> 0
  ON CONFLICT (batch_id, key, course_id) DO UPDATE SET count = count + excluded.count;
END;

CREATE TRIGGER qr_tallies_on_code_changed AFTER UPDATE OF is_live, is_revoked, expires_at ON qr_codes
WHEN NEW.is_live <> OLD.is_live OR NEW.is_revoked <> OLD.is_revoked OR NEW.expires_at IS NOT OLD.expires_at BEGIN
  INSERT INTO qr_tallies (batch_id, key, course_id, count)
  SELECT s.column1, k.column1, s.column2, k.column2
  FROM (VALUES (0, 0), (0, NEW.course_id), (NEW.batch_id, NEW.course_id)) s,
    (VALUES (-2, NEW.is_live - OLD.is_live),
      (iif(OLD.is_revoked, -1, coalesce(OLD.expires_at, 9007199254740991)), -OLD.is_live),
      (iif(NEW.is_revoked, -1, coalesce(NEW.expires_at, 9007199254740991)), NEW.is_live),
      (-3, NEW.scan_count * (NEW.is_live - OLD.is_live)),
      (-4, NEW.invalid_scan_count * (NEW.is_live - OLD.is_live))) k
  WHERE s.column1 IS NOT NULL AND k.column2 <> 0
  ON CONFLICT (batch_id, key, course_id) DO UPDATE SET count = count + excluded.count;
END;

CREATE TRIGGER qr_tallies_on_code_deleted AFTER DELETE ON qr_codes WHEN OLD.is_live BEGIN
  INSERT INTO qr_tallies (batch_id, key, course_id, count)
  SELECT s.column1, k.column1, s.column2, -k.column2
  FROM (VALUES (0, 0), (0, OLD.course_id), (OLD.batch_id, OLD.course_id)) s,
    (VALUES (-2, 1), (iif(OLD.is_revoked, -1, coalesce(OLD.expires_at, 9007199254740991)), 1), (-3, OLD.scan_count), (-4, OLD.invalid_scan_count)) k
  WHERE s.column1 IS NOT NULL AND k.column2 <> 0
  ON CONFLICT (batch_id, key, course_id) DO UPDATE SET count = count + excluded.count;
END;

CREATE TRIGGER qr_tallies_on_scans AFTER UPDATE OF scan_count, invalid_scan_count ON qr_codes WHEN NEW.is_live BEGIN
  INSERT INTO qr_tallies (batch_id, key, course_id, count)
  SELECT s.column1, k.column1, s.column2, k.column2
  FROM (VALUES (0, 0), (0, NEW.course_id), (NEW.batch_id, NEW.course_id)) s,
    (VALUES (-3, NEW.scan_count - OLD.scan_count), (-4, NEW.invalid_scan_count - OLD.invalid_scan_count)) k
  WHERE s.column1 IS NOT NULL AND k.column2 <> 0
  ON CONFLICT (batch_id, key, course_id) DO UPDATE SET count = count + excluded.count;
END;
