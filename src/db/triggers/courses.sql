-- A course's enrollments by status; the last word on its capacity: whoever takes a seat too many is rolled back.
CREATE TRIGGER enrollments_counted_on_insert AFTER INSERT ON enrollments BEGIN
  UPDATE courses SET
    active_count = active_count + (NEW.status = 'active'),
    completed_count = completed_count + (NEW.status = 'completed'),
    dropped_count = dropped_count + (NEW.status = 'dropped')
  WHERE id = NEW.course_id;
  UPDATE totals SET value = value + 1
  WHERE name = 'enrollments.' || NEW.status
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
  UPDATE totals SET value = value + (name = 'enrollments.' || NEW.status) - (name = 'enrollments.' || OLD.status)
  WHERE name IN ('enrollments.' || NEW.status, 'enrollments.' || OLD.status)
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
  WHERE name = 'enrollments.' || OLD.status
    AND EXISTS (SELECT 1 FROM courses WHERE id = OLD.course_id AND deleted_at IS NULL);
END;
