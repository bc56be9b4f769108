-- Counts events by module, by module and day, and by user, day and course.
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
