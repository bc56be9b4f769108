-- Keeps a quiz's attempts by status, pending essays, scores, passes and times, so that no list or statistic has to count them;
-- in `totals` the attempts and pending essays of all quizzes that are not deleted, nor in a deleted module or course. Previews
-- do not count. The update trigger ignores an attempt's quiz and whether it is a preview, because these never change.
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

-- When an attempt ends or is graded or regraded, subtracts its old values from the sums and adds the new ones.
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
