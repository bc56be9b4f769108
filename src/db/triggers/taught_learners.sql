-- Who learns in whose courses (instructor 0: in anybody's). Deleted courses have no learners.
CREATE TRIGGER taught_learners_on_enrollment_insert AFTER INSERT ON enrollments WHEN NEW.status <> 'dropped' BEGIN
  INSERT INTO taught_learners (instructor_id, user_id, course_count)
  SELECT i.id, NEW.user_id, 1
    FROM courses c JOIN (SELECT 0 AS id UNION ALL SELECT instructor_id FROM courses WHERE id = NEW.course_id) i
  WHERE c.id = NEW.course_id AND c.deleted_at IS NULL
  ON CONFLICT (instructor_id, user_id) DO UPDATE SET course_count = course_count + 1;
END;

CREATE TRIGGER taught_learners_on_enrollment_update AFTER UPDATE OF status ON enrollments
WHEN (NEW.status = 'dropped') <> (OLD.status = 'dropped') BEGIN
  UPDATE taught_learners SET course_count = course_count - 1
  WHERE user_id = OLD.user_id AND NEW.status = 'dropped' AND instructor_id IN (
    SELECT 0 FROM courses WHERE id = OLD.course_id AND deleted_at IS NULL
    UNION ALL SELECT instructor_id FROM courses WHERE id = OLD.course_id AND deleted_at IS NULL);
  INSERT INTO taught_learners (instructor_id, user_id, course_count)
  SELECT i.id, NEW.user_id, 1
    FROM courses c JOIN (SELECT 0 AS id UNION ALL SELECT instructor_id FROM courses WHERE id = NEW.course_id) i
  WHERE c.id = NEW.course_id AND c.deleted_at IS NULL AND NEW.status <> 'dropped'
  ON CONFLICT (instructor_id, user_id) DO UPDATE SET course_count = course_count + 1;
END;

CREATE TRIGGER taught_learners_on_enrollment_delete AFTER DELETE ON enrollments WHEN OLD.status <> 'dropped' BEGIN
  UPDATE taught_learners SET course_count = course_count - 1
  WHERE user_id = OLD.user_id AND instructor_id IN (
    SELECT 0 FROM courses WHERE id = OLD.course_id AND deleted_at IS NULL
    UNION ALL SELECT instructor_id FROM courses WHERE id = OLD.course_id AND deleted_at IS NULL);
END;

-- A course deleted, restored or given to another instructor takes its learners along: two rows for each of them, at most.
CREATE TRIGGER taught_learners_on_course_update AFTER UPDATE OF instructor_id, deleted_at ON courses
WHEN (NEW.deleted_at IS NULL) <> (OLD.deleted_at IS NULL) OR NEW.instructor_id <> OLD.instructor_id BEGIN
  UPDATE taught_learners SET course_count = course_count - 1
  WHERE instructor_id IN (
      SELECT OLD.instructor_id WHERE OLD.deleted_at IS NULL
      UNION ALL SELECT 0 WHERE OLD.deleted_at IS NULL AND NEW.deleted_at IS NOT NULL)
    AND user_id IN (SELECT user_id FROM enrollments WHERE course_id = OLD.id AND status <> 'dropped');
  INSERT INTO taught_learners (instructor_id, user_id, course_count)
  SELECT i.id, e.user_id, 1
  FROM (
    SELECT NEW.instructor_id AS id WHERE NEW.deleted_at IS NULL
    UNION ALL SELECT 0 WHERE NEW.deleted_at IS NULL AND OLD.deleted_at IS NOT NULL
  ) i JOIN enrollments e ON e.course_id = NEW.id AND e.status <> 'dropped'
  WHERE true
  ON CONFLICT (instructor_id, user_id) DO UPDATE SET course_count = course_count + 1;
END;

-- Whoever is left without a course is a learner of that instructor no more.
CREATE TRIGGER taught_learners_emptied AFTER UPDATE OF course_count ON taught_learners WHEN NEW.course_count = 0 BEGIN
  DELETE FROM taught_learners WHERE instructor_id = NEW.instructor_id AND user_id = NEW.user_id;
END;

-- How many there are of each.
CREATE TRIGGER taught_learners_counted_on_insert AFTER INSERT ON taught_learners BEGIN
  INSERT INTO totals (name, value) VALUES ('learners.' || NEW.instructor_id, 1)
  ON CONFLICT (name) DO UPDATE SET value = value + 1;
END;

CREATE TRIGGER taught_learners_counted_on_delete AFTER DELETE ON taught_learners BEGIN
  UPDATE totals SET value = value - 1 WHERE name = 'learners.' || OLD.instructor_id;
END;
