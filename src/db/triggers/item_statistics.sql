-- The end of an attempt adds its responses to the sums of the versions it showed, so the responses may be written before or
-- after the end. Responses of an abandoned attempt do not count.
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

-- Follows responses that are written, graded, regraded or deleted while their attempt counts.
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
