-- Counts the views and completions of a module; completions of enrollments that are not dropped also by the day of enrollment.
CREATE TRIGGER module_statistics_on_progress_insert AFTER INSERT ON module_progress
WHEN NEW.first_seen_at IS NOT NULL OR NEW.completed_at IS NOT NULL BEGIN
  INSERT INTO module_statistics (module_id, view_count, completion_count, enrolled_completion_count)
  VALUES (NEW.module_id, NEW.first_seen_at IS NOT NULL, NEW.completed_at IS NOT NULL,
    NEW.completed_at IS NOT NULL AND
      EXISTS (SELECT 1 FROM enrollments e WHERE e.id = NEW.enrollment_id AND e.status <> 'dropped'))
  ON CONFLICT (module_id) DO UPDATE SET
    view_count = view_count + excluded.view_count,
    completion_count = completion_count + excluded.completion_count,
    enrolled_completion_count = enrolled_completion_count + excluded.enrolled_completion_count;
  INSERT INTO module_days (module_id, day, enrolled_completion_count)
  SELECT NEW.module_id, date(e.enrolled_at, 'unixepoch'), 1 FROM enrollments e
  WHERE e.id = NEW.enrollment_id AND e.status <> 'dropped' AND NEW.completed_at IS NOT NULL
  ON CONFLICT (module_id, day) DO UPDATE SET
    enrolled_completion_count = enrolled_completion_count + excluded.enrolled_completion_count;
END;

CREATE TRIGGER module_statistics_on_progress_update AFTER UPDATE OF first_seen_at, completed_at ON module_progress
WHEN (NEW.first_seen_at IS NULL) <> (OLD.first_seen_at IS NULL)
  OR (NEW.completed_at IS NULL) <> (OLD.completed_at IS NULL) BEGIN
  INSERT INTO module_statistics (module_id, view_count, completion_count, enrolled_completion_count)
  VALUES (NEW.module_id,
    (NEW.first_seen_at IS NOT NULL) - (OLD.first_seen_at IS NOT NULL),
    (NEW.completed_at IS NOT NULL) - (OLD.completed_at IS NOT NULL),
    ((NEW.completed_at IS NOT NULL) - (OLD.completed_at IS NOT NULL)) *
      EXISTS (SELECT 1 FROM enrollments e WHERE e.id = NEW.enrollment_id AND e.status <> 'dropped'))
  ON CONFLICT (module_id) DO UPDATE SET
    view_count = view_count + excluded.view_count,
    completion_count = completion_count + excluded.completion_count,
    enrolled_completion_count = enrolled_completion_count + excluded.enrolled_completion_count;
  INSERT INTO module_days (module_id, day, enrolled_completion_count)
  SELECT NEW.module_id, date(e.enrolled_at, 'unixepoch'), (NEW.completed_at IS NOT NULL) - (OLD.completed_at IS NOT NULL)
    FROM enrollments e
  WHERE e.id = NEW.enrollment_id AND e.status <> 'dropped' AND (NEW.completed_at IS NULL) <> (OLD.completed_at IS NULL)
  ON CONFLICT (module_id, day) DO UPDATE SET
    enrolled_completion_count = enrolled_completion_count + excluded.enrolled_completion_count;
END;

CREATE TRIGGER module_statistics_on_progress_delete AFTER DELETE ON module_progress BEGIN
  UPDATE module_statistics SET
    view_count = view_count - (OLD.first_seen_at IS NOT NULL),
    completion_count = completion_count - (OLD.completed_at IS NOT NULL),
    enrolled_completion_count = enrolled_completion_count - (OLD.completed_at IS NOT NULL AND
      EXISTS (SELECT 1 FROM enrollments e WHERE e.id = OLD.enrollment_id AND e.status <> 'dropped'))
  WHERE module_id = OLD.module_id;
  UPDATE module_days SET enrolled_completion_count = enrolled_completion_count - 1
  WHERE OLD.completed_at IS NOT NULL AND module_id = OLD.module_id
    AND day = (SELECT date(e.enrolled_at, 'unixepoch')
      FROM enrollments e WHERE e.id = OLD.enrollment_id AND e.status <> 'dropped');
END;

-- Sums the study time of all enrollments, and of those that are not dropped.
CREATE TRIGGER module_statistics_on_study_time_insert AFTER INSERT ON study_time BEGIN
  INSERT INTO module_statistics (module_id, study_seconds, enrolled_study_seconds)
  VALUES (NEW.module_id, NEW.seconds, (NEW.seconds) *
    EXISTS (SELECT 1 FROM enrollments e WHERE e.id = NEW.enrollment_id AND e.status <> 'dropped'))
  ON CONFLICT (module_id) DO UPDATE SET
    study_seconds = study_seconds + excluded.study_seconds,
    enrolled_study_seconds = enrolled_study_seconds + excluded.enrolled_study_seconds;
  INSERT INTO module_days (module_id, day, enrolled_study_seconds)
  SELECT NEW.module_id, NEW.day, NEW.seconds WHERE
    EXISTS (SELECT 1 FROM enrollments e WHERE e.id = NEW.enrollment_id AND e.status <> 'dropped')
  ON CONFLICT (module_id, day) DO UPDATE SET
    enrolled_study_seconds = enrolled_study_seconds + excluded.enrolled_study_seconds;
END;

CREATE TRIGGER module_statistics_on_study_time_update
  AFTER UPDATE OF seconds ON study_time WHEN NEW.seconds <> OLD.seconds BEGIN
  INSERT INTO module_statistics (module_id, study_seconds, enrolled_study_seconds)
  VALUES (NEW.module_id, NEW.seconds - OLD.seconds, (NEW.seconds - OLD.seconds) *
    EXISTS (SELECT 1 FROM enrollments e WHERE e.id = NEW.enrollment_id AND e.status <> 'dropped'))
  ON CONFLICT (module_id) DO UPDATE SET
    study_seconds = study_seconds + excluded.study_seconds,
    enrolled_study_seconds = enrolled_study_seconds + excluded.enrolled_study_seconds;
  INSERT INTO module_days (module_id, day, enrolled_study_seconds)
  SELECT NEW.module_id, NEW.day, NEW.seconds - OLD.seconds WHERE
    EXISTS (SELECT 1 FROM enrollments e WHERE e.id = NEW.enrollment_id AND e.status <> 'dropped')
  ON CONFLICT (module_id, day) DO UPDATE SET
    enrolled_study_seconds = enrolled_study_seconds + excluded.enrolled_study_seconds;
END;

CREATE TRIGGER module_statistics_on_study_time_delete AFTER DELETE ON study_time BEGIN
  UPDATE module_statistics SET
    study_seconds = study_seconds - OLD.seconds,
    enrolled_study_seconds = enrolled_study_seconds - OLD.seconds *
      EXISTS (SELECT 1 FROM enrollments e WHERE e.id = OLD.enrollment_id AND e.status <> 'dropped')
  WHERE module_id = OLD.module_id;
  UPDATE module_days SET enrolled_study_seconds = enrolled_study_seconds - OLD.seconds
  WHERE module_id = OLD.module_id AND day = OLD.day AND
    EXISTS (SELECT 1 FROM enrollments e WHERE e.id = OLD.enrollment_id AND e.status <> 'dropped');
END;

-- A learner who leaves a course takes completions and study time out of its averages and brings them back on returning. This
-- changes as many rows as the learner has.
CREATE TRIGGER module_statistics_on_enrollment_update AFTER UPDATE OF status ON enrollments
WHEN (NEW.status = 'dropped') <> (OLD.status = 'dropped') BEGIN
  UPDATE module_statistics SET
    enrolled_completion_count = enrolled_completion_count + iif(NEW.status = 'dropped', -1, 1) * (
      SELECT count(*) FROM module_progress p
      WHERE p.enrollment_id = NEW.id AND p.module_id = module_statistics.module_id AND p.completed_at IS NOT NULL),
    enrolled_study_seconds = enrolled_study_seconds + iif(NEW.status = 'dropped', -1, 1) * (
      SELECT coalesce(sum(t.seconds), 0) FROM study_time t
      WHERE t.module_id = module_statistics.module_id AND t.enrollment_id = NEW.id)
  WHERE module_id IN (
    SELECT module_id FROM module_progress WHERE enrollment_id = NEW.id
    UNION SELECT module_id FROM study_time WHERE enrollment_id = NEW.id);
  INSERT INTO module_days (module_id, day, enrolled_completion_count)
  SELECT p.module_id, date(NEW.enrolled_at, 'unixepoch'), iif(NEW.status = 'dropped', -1, 1) FROM module_progress p
  WHERE p.enrollment_id = NEW.id AND p.completed_at IS NOT NULL
  ON CONFLICT (module_id, day) DO UPDATE SET
    enrolled_completion_count = enrolled_completion_count + excluded.enrolled_completion_count;
  INSERT INTO module_days (module_id, day, enrolled_study_seconds)
  SELECT t.module_id, t.day, iif(NEW.status = 'dropped', -1, 1) * t.seconds FROM study_time t WHERE t.enrollment_id = NEW.id
  ON CONFLICT (module_id, day) DO UPDATE SET
    enrolled_study_seconds = enrolled_study_seconds + excluded.enrolled_study_seconds;
END;
