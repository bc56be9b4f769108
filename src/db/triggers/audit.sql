-- Keeps what was recorded: nothing changes a row but taking away its details, which an erasure does, and nothing deletes a row
-- of the last 30 days, the shortest retention.
CREATE TRIGGER audit_kept_on_update AFTER UPDATE ON audit
WHEN NEW.id IS NOT OLD.id OR NEW.at IS NOT OLD.at OR NEW.actor_id IS NOT OLD.actor_id OR NEW.action IS NOT OLD.action
  OR NEW.user_id IS NOT OLD.user_id OR NEW.course_id IS NOT OLD.course_id OR NEW.target_id IS NOT OLD.target_id
  OR NEW.delivery_id IS NOT OLD.delivery_id OR NEW.old IS NOT NULL OR NEW.new IS NOT NULL BEGIN
  SELECT RAISE(ABORT, 'AUDIT_KEPT');
END;

CREATE TRIGGER audit_kept_on_delete AFTER DELETE ON audit WHEN OLD.at > unixepoch() - 30 * 86400 BEGIN
  SELECT RAISE(ABORT, 'AUDIT_KEPT');
END;
