-- Counts a course's enrollments by status and, in `totals`, those of all courses and the learners who take part in any. Also
-- enforces the capacity of a course: an enrollment beyond it aborts its transaction.
CREATE TRIGGER enrollments_counted_on_insert AFTER INSERT ON enrollments BEGIN
  UPDATE courses SET
    active_count = active_count + (NEW.status = 'active'),
    completed_count = completed_count + (NEW.status = 'completed'),
    dropped_count = dropped_count + (NEW.status = 'dropped')
  WHERE id = NEW.course_id;
  UPDATE totals SET value = value + 1
  WHERE name IN ('enrollments.' || NEW.status, iif(NEW.status <> 'dropped' AND NOT EXISTS (
      SELECT 1 FROM enrollments o JOIN courses c ON c.id = o.course_id
      WHERE o.user_id = NEW.user_id AND o.course_id <> NEW.course_id AND o.status <> 'dropped' AND c.deleted_at IS NULL), 'learners', NULL))
    AND EXISTS (SELECT 1 FROM courses WHERE id = NEW.course_id AND deleted_at IS NULL);
  SELECT RAISE(ABORT, 'COURSE_FULL') FROM courses
  WHERE id = NEW.course_id AND NEW.status <> 'dropped' AND max_students > 0 AND active_count + completed_count > max_students;
END;

CREATE TRIGGER enrollments_counted_on_update AFTER UPDATE OF status ON enrollments WHEN NEW.status <> OLD.status BEGIN
  UPDATE courses SET
    active_count = active_count + (NEW.status = 'active') - (OLD.status = 'active'),
    completed_count = completed_count + (NEW.status = 'completed') - (OLD.status = 'completed'),
    dropped_count = dropped_count + (NEW.status = 'dropped') - (OLD.status = 'dropped')
  WHERE id = NEW.course_id;
  UPDATE totals SET value = value + (CASE name
    WHEN 'learners' THEN iif(NEW.status = 'dropped', -1, 1)
    ELSE (name = 'enrollments.' || NEW.status) - (name = 'enrollments.' || OLD.status) END)
  WHERE name IN ('enrollments.' || NEW.status, 'enrollments.' || OLD.status,
      iif((NEW.status = 'dropped') <> (OLD.status = 'dropped') AND NOT EXISTS (
      SELECT 1 FROM enrollments o JOIN courses c ON c.id = o.course_id
      WHERE o.user_id = NEW.user_id AND o.course_id <> NEW.course_id AND o.status <> 'dropped' AND c.deleted_at IS NULL), 'learners', NULL))
    AND EXISTS (SELECT 1 FROM courses WHERE id = NEW.course_id AND deleted_at IS NULL);
  SELECT RAISE(ABORT, 'COURSE_FULL') FROM courses
  WHERE id = NEW.course_id AND OLD.status = 'dropped' AND max_students > 0 AND active_count + completed_count > max_students;
END;

CREATE TRIGGER enrollments_counted_on_delete AFTER DELETE ON enrollments BEGIN
  UPDATE courses SET
    active_count = active_count - (OLD.status = 'active'),
    completed_count = completed_count - (OLD.status = 'completed'),
    dropped_count = dropped_count - (OLD.status = 'dropped')
  WHERE id = OLD.course_id;
  UPDATE totals SET value = value - 1
  WHERE name IN ('enrollments.' || OLD.status, iif(OLD.status <> 'dropped' AND NOT EXISTS (
      SELECT 1 FROM enrollments o JOIN courses c ON c.id = o.course_id
      WHERE o.user_id = OLD.user_id AND o.course_id <> OLD.course_id AND o.status <> 'dropped' AND c.deleted_at IS NULL), 'learners', NULL))
    AND EXISTS (SELECT 1 FROM courses WHERE id = OLD.course_id AND deleted_at IS NULL);
END;
