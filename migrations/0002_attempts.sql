-- A quiz's attempts, counted and summed up, so that no list or statistic has to count them. Previews count nowhere.
-- Rules as in `0001_triggers.sql`.

INSERT INTO totals (name, value) VALUES
  ('attempts.in_progress', 0), ('attempts.completed', 0), ('attempts.timed_out', 0), ('attempts.abandoned', 0),
  ('essays.pending', 0);
--> statement-breakpoint
-- A quiz's attempts by status, essays that wait, scores, passes and times, so that neither a list nor a statistic counts them;
-- the attempts and essays of all quizzes together in `totals`, but for what lies in something deleted. Previews count nowhere.
-- An attempt's quiz and whether it is a preview are written once, so not watched.
CREATE TRIGGER quiz_statistics_on_attempt_insert AFTER INSERT ON attempts WHEN NEW.is_preview = 0 BEGIN
  INSERT INTO quiz_statistics (quiz_id, in_progress, completed, timed_out, abandoned, pending_essays,
    scored_count, score_sum, passed_count, seconds)
  VALUES (NEW.quiz_id,
    NEW.status = 'in_progress', NEW.status = 'completed', NEW.status = 'timed_out', NEW.status = 'abandoned', NEW.pending_grading,
    (NEW.score_hundredths IS NOT NULL),
    coalesce(NEW.score_hundredths, 0),
    (NEW.score_hundredths IS NOT NULL) * coalesce(NEW.passed, 0),
    (NEW.status IN ('completed', 'timed_out')) * coalesce(NEW.time_spent_seconds, 0))
  ON CONFLICT (quiz_id) DO UPDATE SET
    in_progress = in_progress + excluded.in_progress,
    completed = completed + excluded.completed,
    timed_out = timed_out + excluded.timed_out,
    abandoned = abandoned + excluded.abandoned,
    pending_essays = pending_essays + excluded.pending_essays,
    scored_count = scored_count + excluded.scored_count,
    score_sum = score_sum + excluded.score_sum,
    passed_count = passed_count + excluded.passed_count,
    seconds = seconds + excluded.seconds;
  INSERT INTO quiz_days (quiz_id, day, scored_count, passed_count)
  SELECT NEW.quiz_id, date(NEW.completed_at, 'unixepoch'), 1, coalesce(NEW.passed, 0)
  WHERE NEW.score_hundredths IS NOT NULL AND NEW.completed_at IS NOT NULL
  ON CONFLICT (quiz_id, day) DO UPDATE SET
    scored_count = scored_count + 1, passed_count = passed_count + excluded.passed_count;
  UPDATE totals SET value = value + iif(name = 'essays.pending', NEW.pending_grading, 1)
  WHERE name IN ('attempts.' || NEW.status, iif(NEW.pending_grading <> 0, 'essays.pending', NULL))
    AND EXISTS (SELECT 1 FROM quizzes q JOIN modules m ON m.id = q.module_id JOIN courses c ON c.id = m.course_id
      WHERE q.id = NEW.quiz_id AND q.deleted_at IS NULL AND m.deleted_at IS NULL AND c.deleted_at IS NULL);
END;
--> statement-breakpoint
-- An attempt's end, a grading, a regrading: what it was goes out of the sums, what it is goes in.
CREATE TRIGGER quiz_statistics_on_attempt_update
  AFTER UPDATE OF status, pending_grading, completed_at, score_hundredths, passed, time_spent_seconds ON attempts
WHEN NEW.is_preview = 0
  AND (NEW.status, NEW.pending_grading, NEW.completed_at, NEW.score_hundredths, NEW.passed, NEW.time_spent_seconds)
  IS NOT (OLD.status, OLD.pending_grading, OLD.completed_at, OLD.score_hundredths, OLD.passed, OLD.time_spent_seconds) BEGIN
  UPDATE quiz_statistics SET
    in_progress = in_progress + (NEW.status = 'in_progress') - (OLD.status = 'in_progress'),
    completed = completed + (NEW.status = 'completed') - (OLD.status = 'completed'),
    timed_out = timed_out + (NEW.status = 'timed_out') - (OLD.status = 'timed_out'),
    abandoned = abandoned + (NEW.status = 'abandoned') - (OLD.status = 'abandoned'),
    pending_essays = pending_essays + NEW.pending_grading - OLD.pending_grading,
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
  UPDATE totals SET value = value + (CASE name
    WHEN 'essays.pending' THEN NEW.pending_grading - OLD.pending_grading
    ELSE (name = 'attempts.' || NEW.status) - (name = 'attempts.' || OLD.status) END)
  WHERE name IN (
      iif(NEW.status <> OLD.status, 'attempts.' || NEW.status, NULL), iif(NEW.status <> OLD.status, 'attempts.' || OLD.status, NULL),
      iif(NEW.pending_grading <> OLD.pending_grading, 'essays.pending', NULL))
    AND EXISTS (SELECT 1 FROM quizzes q JOIN modules m ON m.id = q.module_id JOIN courses c ON c.id = m.course_id
      WHERE q.id = NEW.quiz_id AND q.deleted_at IS NULL AND m.deleted_at IS NULL AND c.deleted_at IS NULL);
END;
--> statement-breakpoint
CREATE TRIGGER quiz_statistics_on_attempt_delete AFTER DELETE ON attempts WHEN OLD.is_preview = 0 BEGIN
  UPDATE quiz_statistics SET
    in_progress = in_progress - (OLD.status = 'in_progress'),
    completed = completed - (OLD.status = 'completed'),
    timed_out = timed_out - (OLD.status = 'timed_out'),
    abandoned = abandoned - (OLD.status = 'abandoned'),
    pending_essays = pending_essays - OLD.pending_grading,
    scored_count = scored_count - (OLD.score_hundredths IS NOT NULL),
    score_sum = score_sum - coalesce(OLD.score_hundredths, 0),
    passed_count = passed_count - (OLD.score_hundredths IS NOT NULL) * coalesce(OLD.passed, 0),
    seconds = seconds - (OLD.status IN ('completed', 'timed_out')) * coalesce(OLD.time_spent_seconds, 0)
  WHERE quiz_id = OLD.quiz_id;
  UPDATE quiz_days SET scored_count = scored_count - 1, passed_count = passed_count - coalesce(OLD.passed, 0)
  WHERE quiz_id = OLD.quiz_id AND day = date(OLD.completed_at, 'unixepoch') AND OLD.score_hundredths IS NOT NULL;
  UPDATE totals SET value = value - iif(name = 'essays.pending', OLD.pending_grading, 1)
  WHERE name IN ('attempts.' || OLD.status, iif(OLD.pending_grading <> 0, 'essays.pending', NULL))
    AND EXISTS (SELECT 1 FROM quizzes q JOIN modules m ON m.id = q.module_id JOIN courses c ON c.id = m.course_id
      WHERE q.id = OLD.quiz_id AND q.deleted_at IS NULL AND m.deleted_at IS NULL AND c.deleted_at IS NULL);
END;
--> statement-breakpoint
-- Deleting or restoring a quiz, a module or a course takes its attempts out of the totals, or back in, from the quizzes'
-- own sums: a row for each quiz, however many attempts there are.
CREATE TRIGGER attempts_counted_on_quiz_deleted AFTER UPDATE OF deleted_at ON quizzes
WHEN (NEW.deleted_at IS NULL) <> (OLD.deleted_at IS NULL)
  AND EXISTS (SELECT 1 FROM modules m JOIN courses c ON c.id = m.course_id
    WHERE m.id = NEW.module_id AND m.deleted_at IS NULL AND c.deleted_at IS NULL) BEGIN
  UPDATE totals SET value = value + (CASE WHEN NEW.deleted_at IS NULL THEN 1 ELSE -1 END) * coalesce((
    SELECT (CASE name
      WHEN 'attempts.in_progress' THEN n.in_progress
      WHEN 'attempts.completed' THEN n.completed
      WHEN 'attempts.timed_out' THEN n.timed_out
      WHEN 'attempts.abandoned' THEN n.abandoned
      ELSE n.pending_essays END)
    FROM quiz_statistics n WHERE n.quiz_id = NEW.id), 0)
  WHERE name IN ('attempts.in_progress', 'attempts.completed', 'attempts.timed_out', 'attempts.abandoned', 'essays.pending');
END;
--> statement-breakpoint
CREATE TRIGGER attempts_counted_on_module_deleted AFTER UPDATE OF deleted_at ON modules
WHEN (NEW.deleted_at IS NULL) <> (OLD.deleted_at IS NULL)
  AND EXISTS (SELECT 1 FROM courses WHERE id = NEW.course_id AND deleted_at IS NULL) BEGIN
  UPDATE totals SET value = value + (CASE WHEN NEW.deleted_at IS NULL THEN 1 ELSE -1 END) * coalesce((
    SELECT sum(CASE name
      WHEN 'attempts.in_progress' THEN n.in_progress
      WHEN 'attempts.completed' THEN n.completed
      WHEN 'attempts.timed_out' THEN n.timed_out
      WHEN 'attempts.abandoned' THEN n.abandoned
      ELSE n.pending_essays END)
    FROM quizzes q JOIN quiz_statistics n ON n.quiz_id = q.id WHERE q.module_id = NEW.id AND q.deleted_at IS NULL), 0)
  WHERE name IN ('attempts.in_progress', 'attempts.completed', 'attempts.timed_out', 'attempts.abandoned', 'essays.pending');
END;
--> statement-breakpoint
CREATE TRIGGER attempts_counted_on_course_deleted AFTER UPDATE OF deleted_at ON courses
WHEN (NEW.deleted_at IS NULL) <> (OLD.deleted_at IS NULL) BEGIN
  UPDATE totals SET value = value + (CASE WHEN NEW.deleted_at IS NULL THEN 1 ELSE -1 END) * coalesce((
    SELECT sum(CASE name
      WHEN 'attempts.in_progress' THEN n.in_progress
      WHEN 'attempts.completed' THEN n.completed
      WHEN 'attempts.timed_out' THEN n.timed_out
      WHEN 'attempts.abandoned' THEN n.abandoned
      ELSE n.pending_essays END)
    FROM modules m JOIN quizzes q ON q.module_id = m.id JOIN quiz_statistics n ON n.quiz_id = q.id
    WHERE m.course_id = NEW.id AND m.deleted_at IS NULL AND q.deleted_at IS NULL), 0)
  WHERE name IN ('attempts.in_progress', 'attempts.completed', 'attempts.timed_out', 'attempts.abandoned', 'essays.pending');
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
  FROM (SELECT iif((NEW.status IN ('completed', 'timed_out')), 1, -1) AS sign) s
    JOIN responses r ON r.id BETWEEN NEW.id * 1000 AND NEW.id * 1000 + 999
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
