-- Statistics of modules, courses and learners, as integers: a change takes out of a sum what the row was and puts in what it is,
-- so a rebuild from the base rows changes nothing. Rules as in `0001_triggers.sql`. Written once and never changed, so not
-- watched: an enrollment's learner, course and `enrolled_at`; events.

-- Who saw a module and who completed it; completions of enrollments that are not dropped also by the day of enrollment.
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
--> statement-breakpoint
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
--> statement-breakpoint
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
--> statement-breakpoint
-- Time spent, of all who ever learned there and of those not dropped.
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
--> statement-breakpoint
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
--> statement-breakpoint
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
--> statement-breakpoint
-- Who leaves a course takes completions and time out of its averages, who comes back brings them along: as many rows as the
-- learner has of their own.
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
--> statement-breakpoint
-- Events: of a module, also by day; and of their user, by day and course.
CREATE TRIGGER statistics_on_activity_insert AFTER INSERT ON activities BEGIN
  INSERT INTO module_statistics (module_id, interaction_count) SELECT NEW.module_id, 1 WHERE NEW.module_id IS NOT NULL
  ON CONFLICT (module_id) DO UPDATE SET interaction_count = interaction_count + 1;
  INSERT INTO module_days (module_id, day, interaction_count)
  SELECT NEW.module_id, date(NEW.occurred_at, 'unixepoch'), 1 WHERE NEW.module_id IS NOT NULL
  ON CONFLICT (module_id, day) DO UPDATE SET interaction_count = interaction_count + 1;
  INSERT INTO activity_days (user_id, day, course_id, event_count)
  VALUES (NEW.user_id, NEW.occurred_at / 86400, coalesce(NEW.course_id, 0), 1)
  ON CONFLICT (user_id, day, course_id) DO UPDATE SET event_count = event_count + 1;
END;
--> statement-breakpoint
CREATE TRIGGER statistics_on_activity_delete AFTER DELETE ON activities BEGIN
  UPDATE module_statistics SET interaction_count = interaction_count - 1 WHERE module_id = OLD.module_id;
  UPDATE module_days SET interaction_count = interaction_count - 1
  WHERE module_id = OLD.module_id AND day = date(OLD.occurred_at, 'unixepoch');
  UPDATE activity_days SET event_count = event_count - 1
  WHERE user_id = OLD.user_id AND day = OLD.occurred_at / 86400 AND course_id = coalesce(OLD.course_id, 0);
  DELETE FROM activity_days
  WHERE user_id = OLD.user_id AND day = OLD.occurred_at / 86400
    AND course_id = coalesce(OLD.course_id, 0) AND event_count = 0;
END;
--> statement-breakpoint
-- A course's enrollments that are not dropped by the day they were made, completions by the day they came about.
CREATE TRIGGER course_days_on_enrollment_insert AFTER INSERT ON enrollments BEGIN
  INSERT INTO course_days (course_id, day, enrollment_count)
  SELECT NEW.course_id, date(NEW.enrolled_at, 'unixepoch'), 1 WHERE NEW.status <> 'dropped'
  ON CONFLICT (course_id, day) DO UPDATE SET enrollment_count = enrollment_count + 1;
  INSERT INTO course_days (course_id, day, completion_count)
  SELECT NEW.course_id, date(NEW.completed_at, 'unixepoch'), 1 WHERE NEW.status = 'completed' AND NEW.completed_at IS NOT NULL
  ON CONFLICT (course_id, day) DO UPDATE SET completion_count = completion_count + 1;
END;
--> statement-breakpoint
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
--> statement-breakpoint
CREATE TRIGGER course_days_on_enrollment_delete AFTER DELETE ON enrollments BEGIN
  UPDATE course_days SET enrollment_count = enrollment_count - 1
  WHERE course_id = OLD.course_id AND day = date(OLD.enrolled_at, 'unixepoch') AND OLD.status <> 'dropped';
  UPDATE course_days SET completion_count = completion_count - 1
  WHERE course_id = OLD.course_id AND day = date(OLD.completed_at, 'unixepoch') AND OLD.status = 'completed';
END;
