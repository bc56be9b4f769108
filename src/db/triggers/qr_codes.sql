-- Deleting or restoring a module or course does the same to its codes. The WHERE repeats the whole condition of the module's
-- partial index, or SQLite would not use it.
CREATE TRIGGER qr_codes_live_with_course AFTER UPDATE OF deleted_at ON courses
WHEN (NEW.deleted_at IS NULL) <> (OLD.deleted_at IS NULL) BEGIN
  UPDATE qr_codes SET is_live = NEW.deleted_at IS NULL AND deleted_at IS NULL
    AND (type NOT IN ('attendance', 'module') OR EXISTS (SELECT 1 FROM modules m WHERE m.id = target_id AND m.deleted_at IS NULL))
  WHERE course_id = NEW.id;
END;

CREATE TRIGGER qr_codes_live_with_module AFTER UPDATE OF deleted_at ON modules
WHEN (NEW.deleted_at IS NULL) <> (OLD.deleted_at IS NULL) BEGIN
  UPDATE qr_codes SET is_live = NEW.deleted_at IS NULL AND deleted_at IS NULL
    AND EXISTS (SELECT 1 FROM courses c WHERE c.id = course_id AND c.deleted_at IS NULL)
  WHERE target_id = NEW.id AND type IN ('attendance', 'module');
END;

CREATE TRIGGER qr_codes_live_until_deleted AFTER UPDATE OF deleted_at ON qr_codes WHEN NEW.deleted_at IS NOT NULL BEGIN
  UPDATE qr_codes SET is_live = 0 WHERE id = NEW.id;
END;

-- Counts a code's scans and enforces its limit: a scan beyond it aborts its transaction.
CREATE TRIGGER qr_scans_counted_on_insert AFTER INSERT ON qr_scans BEGIN
  UPDATE qr_codes SET scan_count = scan_count + NEW.is_valid, invalid_scan_count = invalid_scan_count + (1 - NEW.is_valid)
  WHERE id = NEW.qr_code_id;
  SELECT RAISE(ABORT, 'SCAN_LIMIT') FROM qr_codes WHERE id = NEW.qr_code_id AND NEW.is_valid AND max_scans > 0 AND scan_count > max_scans;
END;

CREATE TRIGGER qr_scans_counted_on_delete AFTER DELETE ON qr_scans BEGIN
  UPDATE qr_codes SET scan_count = scan_count - OLD.is_valid, invalid_scan_count = invalid_scan_count - (1 - OLD.is_valid)
  WHERE id = OLD.qr_code_id;
END;
