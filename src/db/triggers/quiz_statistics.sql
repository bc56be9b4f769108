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
