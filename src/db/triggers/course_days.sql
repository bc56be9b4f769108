-- Counts a course's enrollments that are not dropped by the day of enrollment, and completions by the day of completion.
CREATE TRIGGER course_days_on_enrollment_insert AFTER INSERT ON enrollments BEGIN
  INSERT INTO course_days (course_id, day, enrollment_count)
  SELECT NEW.course_id, date(NEW.enrolled_at, 'unixepoch'), 1 WHERE NEW.status <> 'dropped'
  ON CONFLICT (course_id, day) DO UPDATE SET enrollment_count = enrollment_count + 1;
  INSERT INTO course_days (course_id, day, completion_count)
  SELECT NEW.course_id, date(NEW.completed_at, 'unixepoch'), 1 WHERE NEW.status = 'completed' AND NEW.completed_at IS NOT NULL
  ON CONFLICT (course_id, day) DO UPDATE SET completion_count = completion_count + 1;
END;

CREATE TRIGGER course_days_on_enrollment_update AFTER UPDATE OF status, completed_at ON enrollments
WHEN (NEW.status, NEW.completed_at) IS NOT (OLD.status, OLD.completed_at) BEGIN
  UPDATE course_days SET enrollment_count = enrollment_count - 1
  WHERE course_id = OLD.course_id AND day = date(OLD.enrolled_at, 'unixepoch')
    AND OLD.status <> 'dropped' AND NEW.status = 'dropped';
  INSERT INTO course_days (course_id, day, enrollment_count)
  SELECT NEW.course_id, date(NEW.enrolled_at, 'unixepoch'), 1 WHERE NEW.status <> 'dropped' AND OLD.status = 'dropped'
  ON CONFLICT (course_id, day) DO UPDATE SET enrollment_count = enrollment_count + 1;
  UPDATE course_days SET completion_count = completion_count - 1
  WHERE course_id = OLD.course_id AND day = date(OLD.completed_at, 'unixepoch') AND OLD.status = 'completed';
  INSERT INTO course_days (course_id, day, completion_count)
  SELECT NEW.course_id, date(NEW.completed_at, 'unixepoch'), 1 WHERE NEW.status = 'completed' AND NEW.completed_at IS NOT NULL
  ON CONFLICT (course_id, day) DO UPDATE SET completion_count = completion_count + 1;
END;

CREATE TRIGGER course_days_on_enrollment_delete AFTER DELETE ON enrollments BEGIN
  UPDATE course_days SET enrollment_count = enrollment_count - 1
  WHERE course_id = OLD.course_id AND day = date(OLD.enrolled_at, 'unixepoch') AND OLD.status <> 'dropped';
  UPDATE course_days SET completion_count = completion_count - 1
  WHERE course_id = OLD.course_id AND day = date(OLD.completed_at, 'unixepoch') AND OLD.status = 'completed';
END;
