-- Statistics, each kept in the transaction of the event it counts, as integers: a change takes out of a sum what the row was
-- and puts in what it is, so a rebuild from the base rows changes nothing. Rules as in `0001_triggers.sql`. Written once and
-- never changed, so not watched: an enrollment's learner, course and `enrolled_at`; an attempt's quiz, and whether it is a
-- preview; a response's attempt and version; events.

-- A quiz's attempts: started, ended, scored, passed, and the time they took. Previews count nowhere.
CREATE TRIGGER quiz_statistics_on_attempt_insert AFTER INSERT ON attempts WHEN NEW.is_preview = 0 BEGIN
  INSERT INTO quiz_statistics (quiz_id, attempt_count, ended_count, scored_count, score_sum, passed_count, seconds)
  VALUES (NEW.quiz_id, 1,
    (NEW.status IN ('completed', 'timed_out')),
    (NEW.score_hundredths IS NOT NULL),
    coalesce(NEW.score_hundredths, 0),
    (NEW.score_hundredths IS NOT NULL) * coalesce(NEW.passed, 0),
    (NEW.status IN ('completed', 'timed_out')) * coalesce(NEW.time_spent_seconds, 0))
  ON CONFLICT (quiz_id) DO UPDATE SET
    attempt_count = attempt_count + excluded.attempt_count,
    ended_count = ended_count + excluded.ended_count,
    scored_count = scored_count + excluded.scored_count,
    score_sum = score_sum + excluded.score_sum,
    passed_count = passed_count + excluded.passed_count,
    seconds = seconds + excluded.seconds;
  INSERT INTO quiz_days (quiz_id, day, scored_count, passed_count)
  SELECT NEW.quiz_id, date(NEW.completed_at, 'unixepoch'), 1, coalesce(NEW.passed, 0)
  WHERE NEW.score_hundredths IS NOT NULL AND NEW.completed_at IS NOT NULL
  ON CONFLICT (quiz_id, day) DO UPDATE SET
    scored_count = scored_count + 1, passed_count = passed_count + excluded.passed_count;
END;
--> statement-breakpoint
-- An attempt's end, a grading, a regrading: what it was goes out of the sums, what it is goes in.
CREATE TRIGGER quiz_statistics_on_attempt_update
  AFTER UPDATE OF status, completed_at, score_hundredths, passed, time_spent_seconds ON attempts
WHEN NEW.is_preview = 0 AND (NEW.status, NEW.completed_at, NEW.score_hundredths, NEW.passed, NEW.time_spent_seconds)
  IS NOT (OLD.status, OLD.completed_at, OLD.score_hundredths, OLD.passed, OLD.time_spent_seconds) BEGIN
  UPDATE quiz_statistics SET
    ended_count = ended_count + (NEW.status IN ('completed', 'timed_out'))
      - (OLD.status IN ('completed', 'timed_out')),
    scored_count = scored_count + (NEW.score_hundredths IS NOT NULL) - (OLD.score_hundredths IS NOT NULL),
    score_sum = score_sum + coalesce(NEW.score_hundredths, 0) - coalesce(OLD.score_hundredths, 0),
    passed_count = passed_count + (NEW.score_hundredths IS NOT NULL) * coalesce(NEW.passed, 0)
      - (OLD.score_hundredths IS NOT NULL) * coalesce(OLD.passed, 0),
    seconds = seconds + (NEW.status IN ('completed', 'timed_out')) * coalesce(NEW.time_spent_seconds, 0)
      - (OLD.status IN ('completed', 'timed_out')) * coalesce(OLD.time_spent_seconds, 0)
  WHERE quiz_id = NEW.quiz_id;
  UPDATE quiz_days SET scored_count = scored_count - 1, passed_count = passed_count - coalesce(OLD.passed, 0)
  WHERE quiz_id = OLD.quiz_id AND day = date(OLD.completed_at, 'unixepoch') AND OLD.score_hundredths IS NOT NULL;
  INSERT INTO quiz_days (quiz_id, day, scored_count, passed_count)
  SELECT NEW.quiz_id, date(NEW.completed_at, 'unixepoch'), 1, coalesce(NEW.passed, 0)
  WHERE NEW.score_hundredths IS NOT NULL AND NEW.completed_at IS NOT NULL
  ON CONFLICT (quiz_id, day) DO UPDATE SET
    scored_count = scored_count + 1, passed_count = passed_count + excluded.passed_count;
END;
--> statement-breakpoint
CREATE TRIGGER quiz_statistics_on_attempt_delete AFTER DELETE ON attempts WHEN OLD.is_preview = 0 BEGIN
  UPDATE quiz_statistics SET
    attempt_count = attempt_count - 1,
    ended_count = ended_count - (OLD.status IN ('completed', 'timed_out')),
    scored_count = scored_count - (OLD.score_hundredths IS NOT NULL),
    score_sum = score_sum - coalesce(OLD.score_hundredths, 0),
    passed_count = passed_count - (OLD.score_hundredths IS NOT NULL) * coalesce(OLD.passed, 0),
    seconds = seconds - (OLD.status IN ('completed', 'timed_out')) * coalesce(OLD.time_spent_seconds, 0)
  WHERE quiz_id = OLD.quiz_id;
  UPDATE quiz_days SET scored_count = scored_count - 1, passed_count = passed_count - coalesce(OLD.passed, 0)
  WHERE quiz_id = OLD.quiz_id AND day = date(OLD.completed_at, 'unixepoch') AND OLD.score_hundredths IS NOT NULL;
END;
--> statement-breakpoint
-- An attempt that ends brings its responses into the sums of the versions it showed; so it matters not which of the two is
-- written first, and an abandoned attempt's never get there.
CREATE TRIGGER item_statistics_on_attempt_update AFTER UPDATE OF status ON attempts
WHEN NEW.is_preview = 0 AND (NEW.status IN ('completed', 'timed_out')) <> (OLD.status IN ('completed', 'timed_out')) BEGIN
  INSERT INTO item_statistics (question_version_id, shown_count, seconds, graded_count, correct_count, scored_count,
    share_sum, pair_count, item_sum, rest_sum, item_squares, rest_squares, products)
  SELECT r.question_version_id,
    s.sign * sum(1),
    s.sign * sum(r.time_spent_seconds),
    s.sign * sum((r.is_correct IS NOT NULL)),
    s.sign * sum(coalesce(r.is_correct, 0)),
    s.sign * sum((r.item_share IS NOT NULL)),
    s.sign * sum(coalesce(r.item_share, 0)),
    s.sign * sum((r.item_share + r.rest_share IS NOT NULL)),
    s.sign * sum(iif(r.item_share + r.rest_share IS NULL, 0, r.item_share)),
    s.sign * sum(iif(r.item_share + r.rest_share IS NULL, 0, r.rest_share)),
    s.sign * sum(iif(r.item_share + r.rest_share IS NULL, 0, r.item_share * r.item_share)),
    s.sign * sum(iif(r.item_share + r.rest_share IS NULL, 0, r.rest_share * r.rest_share)),
    s.sign * sum(coalesce(r.item_share * r.rest_share, 0))
  FROM (SELECT iif((NEW.status IN ('completed', 'timed_out')), 1, -1) AS sign) s JOIN responses r ON r.attempt_id = NEW.id
  WHERE true GROUP BY r.question_version_id
  ON CONFLICT (question_version_id) DO UPDATE SET
    shown_count = shown_count + excluded.shown_count,
    seconds = seconds + excluded.seconds,
    graded_count = graded_count + excluded.graded_count,
    correct_count = correct_count + excluded.correct_count,
    scored_count = scored_count + excluded.scored_count,
    share_sum = share_sum + excluded.share_sum,
    pair_count = pair_count + excluded.pair_count,
    item_sum = item_sum + excluded.item_sum,
    rest_sum = rest_sum + excluded.rest_sum,
    item_squares = item_squares + excluded.item_squares,
    rest_squares = rest_squares + excluded.rest_squares,
    products = products + excluded.products;
END;
--> statement-breakpoint
-- A response written, graded, regraded or removed while its attempt counts.
CREATE TRIGGER item_statistics_on_response_insert AFTER INSERT ON responses
WHEN EXISTS (SELECT 1 FROM attempts a WHERE a.id = NEW.attempt_id
  AND a.is_preview = 0 AND a.status IN ('completed', 'timed_out')) BEGIN
  INSERT INTO item_statistics (question_version_id, shown_count, seconds, graded_count, correct_count, scored_count,
    share_sum, pair_count, item_sum, rest_sum, item_squares, rest_squares, products)
  VALUES (NEW.question_version_id,
    1,
    NEW.time_spent_seconds,
    (NEW.is_correct IS NOT NULL),
    coalesce(NEW.is_correct, 0),
    (NEW.item_share IS NOT NULL),
    coalesce(NEW.item_share, 0),
    (NEW.item_share + NEW.rest_share IS NOT NULL),
    iif(NEW.item_share + NEW.rest_share IS NULL, 0, NEW.item_share),
    iif(NEW.item_share + NEW.rest_share IS NULL, 0, NEW.rest_share),
    iif(NEW.item_share + NEW.rest_share IS NULL, 0, NEW.item_share * NEW.item_share),
    iif(NEW.item_share + NEW.rest_share IS NULL, 0, NEW.rest_share * NEW.rest_share),
    coalesce(NEW.item_share * NEW.rest_share, 0))
  ON CONFLICT (question_version_id) DO UPDATE SET
    shown_count = shown_count + excluded.shown_count,
    seconds = seconds + excluded.seconds,
    graded_count = graded_count + excluded.graded_count,
    correct_count = correct_count + excluded.correct_count,
    scored_count = scored_count + excluded.scored_count,
    share_sum = share_sum + excluded.share_sum,
    pair_count = pair_count + excluded.pair_count,
    item_sum = item_sum + excluded.item_sum,
    rest_sum = rest_sum + excluded.rest_sum,
    item_squares = item_squares + excluded.item_squares,
    rest_squares = rest_squares + excluded.rest_squares,
    products = products + excluded.products;
END;
--> statement-breakpoint
CREATE TRIGGER item_statistics_on_response_update
  AFTER UPDATE OF time_spent_seconds, is_correct, item_share, rest_share ON responses
WHEN (NEW.time_spent_seconds, NEW.is_correct, NEW.item_share, NEW.rest_share)
    IS NOT (OLD.time_spent_seconds, OLD.is_correct, OLD.item_share, OLD.rest_share)
  AND EXISTS (SELECT 1 FROM attempts a WHERE a.id = NEW.attempt_id
    AND a.is_preview = 0 AND a.status IN ('completed', 'timed_out')) BEGIN
  UPDATE item_statistics SET
    seconds = seconds + NEW.time_spent_seconds - OLD.time_spent_seconds,
    graded_count = graded_count + (NEW.is_correct IS NOT NULL) - (OLD.is_correct IS NOT NULL),
    correct_count = correct_count + coalesce(NEW.is_correct, 0) - coalesce(OLD.is_correct, 0),
    scored_count = scored_count + (NEW.item_share IS NOT NULL) - (OLD.item_share IS NOT NULL),
    share_sum = share_sum + coalesce(NEW.item_share, 0) - coalesce(OLD.item_share, 0),
    pair_count = pair_count + (NEW.item_share + NEW.rest_share IS NOT NULL)
      - (OLD.item_share + OLD.rest_share IS NOT NULL),
    item_sum = item_sum + iif(NEW.item_share + NEW.rest_share IS NULL, 0, NEW.item_share)
      - iif(OLD.item_share + OLD.rest_share IS NULL, 0, OLD.item_share),
    rest_sum = rest_sum + iif(NEW.item_share + NEW.rest_share IS NULL, 0, NEW.rest_share)
      - iif(OLD.item_share + OLD.rest_share IS NULL, 0, OLD.rest_share),
    item_squares = item_squares + iif(NEW.item_share + NEW.rest_share IS NULL, 0, NEW.item_share * NEW.item_share)
      - iif(OLD.item_share + OLD.rest_share IS NULL, 0, OLD.item_share * OLD.item_share),
    rest_squares = rest_squares + iif(NEW.item_share + NEW.rest_share IS NULL, 0, NEW.rest_share * NEW.rest_share)
      - iif(OLD.item_share + OLD.rest_share IS NULL, 0, OLD.rest_share * OLD.rest_share),
    products = products + coalesce(NEW.item_share * NEW.rest_share, 0) - coalesce(OLD.item_share * OLD.rest_share, 0)
  WHERE question_version_id = NEW.question_version_id;
END;
--> statement-breakpoint
CREATE TRIGGER item_statistics_on_response_delete AFTER DELETE ON responses
WHEN EXISTS (SELECT 1 FROM attempts a WHERE a.id = OLD.attempt_id
  AND a.is_preview = 0 AND a.status IN ('completed', 'timed_out')) BEGIN
  UPDATE item_statistics SET
    shown_count = shown_count - 1,
    seconds = seconds - OLD.time_spent_seconds,
    graded_count = graded_count - (OLD.is_correct IS NOT NULL),
    correct_count = correct_count - coalesce(OLD.is_correct, 0),
    scored_count = scored_count - (OLD.item_share IS NOT NULL),
    share_sum = share_sum - coalesce(OLD.item_share, 0),
    pair_count = pair_count - (OLD.item_share + OLD.rest_share IS NOT NULL),
    item_sum = item_sum - iif(OLD.item_share + OLD.rest_share IS NULL, 0, OLD.item_share),
    rest_sum = rest_sum - iif(OLD.item_share + OLD.rest_share IS NULL, 0, OLD.rest_share),
    item_squares = item_squares - iif(OLD.item_share + OLD.rest_share IS NULL, 0, OLD.item_share * OLD.item_share),
    rest_squares = rest_squares - iif(OLD.item_share + OLD.rest_share IS NULL, 0, OLD.rest_share * OLD.rest_share),
    products = products - coalesce(OLD.item_share * OLD.rest_share, 0)
  WHERE question_version_id = OLD.question_version_id;
END;
--> statement-breakpoint
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
  VALUES (NEW.user_id, date(NEW.occurred_at, 'unixepoch'), coalesce(NEW.course_id, 0), 1)
  ON CONFLICT (user_id, day, course_id) DO UPDATE SET event_count = event_count + 1;
END;
--> statement-breakpoint
CREATE TRIGGER statistics_on_activity_delete AFTER DELETE ON activities BEGIN
  UPDATE module_statistics SET interaction_count = interaction_count - 1 WHERE module_id = OLD.module_id;
  UPDATE module_days SET interaction_count = interaction_count - 1
  WHERE module_id = OLD.module_id AND day = date(OLD.occurred_at, 'unixepoch');
  UPDATE activity_days SET event_count = event_count - 1
  WHERE user_id = OLD.user_id AND day = date(OLD.occurred_at, 'unixepoch') AND course_id = coalesce(OLD.course_id, 0);
  DELETE FROM activity_days
  WHERE user_id = OLD.user_id AND day = date(OLD.occurred_at, 'unixepoch')
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
--> statement-breakpoint
-- Who learns in whose courses (instructor 0: in anybody's). Deleted courses have no learners.
CREATE TRIGGER taught_learners_on_enrollment_insert AFTER INSERT ON enrollments WHEN NEW.status <> 'dropped' BEGIN
  INSERT INTO taught_learners (instructor_id, user_id, course_count)
  SELECT i.id, NEW.user_id, 1
    FROM courses c JOIN (SELECT 0 AS id UNION ALL SELECT instructor_id FROM courses WHERE id = NEW.course_id) i
  WHERE c.id = NEW.course_id AND c.deleted_at IS NULL
  ON CONFLICT (instructor_id, user_id) DO UPDATE SET course_count = course_count + 1;
END;
--> statement-breakpoint
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
--> statement-breakpoint
CREATE TRIGGER taught_learners_on_enrollment_delete AFTER DELETE ON enrollments WHEN OLD.status <> 'dropped' BEGIN
  UPDATE taught_learners SET course_count = course_count - 1
  WHERE user_id = OLD.user_id AND instructor_id IN (
    SELECT 0 FROM courses WHERE id = OLD.course_id AND deleted_at IS NULL
    UNION ALL SELECT instructor_id FROM courses WHERE id = OLD.course_id AND deleted_at IS NULL);
END;
--> statement-breakpoint
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
--> statement-breakpoint
-- Whoever is left without a course is a learner of that instructor no more.
CREATE TRIGGER taught_learners_emptied AFTER UPDATE OF course_count ON taught_learners WHEN NEW.course_count = 0 BEGIN
  DELETE FROM taught_learners WHERE instructor_id = NEW.instructor_id AND user_id = NEW.user_id;
END;
--> statement-breakpoint
-- How many there are of each.
CREATE TRIGGER taught_learners_counted_on_insert AFTER INSERT ON taught_learners BEGIN
  INSERT INTO totals (name, value) VALUES ('learners.' || NEW.instructor_id, 1)
  ON CONFLICT (name) DO UPDATE SET value = value + 1;
END;
--> statement-breakpoint
CREATE TRIGGER taught_learners_counted_on_delete AFTER DELETE ON taught_learners BEGIN
  UPDATE totals SET value = value - 1 WHERE name = 'learners.' || OLD.instructor_id;
END;
