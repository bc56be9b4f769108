-- A quiz's attempts by status, and essays that wait, so that no list of them has to be counted; the same of all quizzes in `totals`.
-- An attempt's quiz and whether it is a preview are written once, so not watched.

CREATE TRIGGER attempts_counted_on_insert AFTER INSERT ON attempts WHEN NEW.is_preview = 0 BEGIN
  INSERT INTO quiz_attempt_counts (quiz_id, in_progress, completed, timed_out, abandoned, pending_essays)
  VALUES (NEW.quiz_id, NEW.status = 'in_progress', NEW.status = 'completed', NEW.status = 'timed_out', NEW.status = 'abandoned',
    NEW.pending_grading)
  ON CONFLICT (quiz_id) DO UPDATE SET
    in_progress = in_progress + excluded.in_progress,
    completed = completed + excluded.completed,
    timed_out = timed_out + excluded.timed_out,
    abandoned = abandoned + excluded.abandoned,
    pending_essays = pending_essays + excluded.pending_essays;
  UPDATE totals SET value = value + iif(name = 'essays.pending', NEW.pending_grading, 1)
  WHERE name IN ('attempts.' || NEW.status, iif(NEW.pending_grading <> 0, 'essays.pending', NULL))
    AND EXISTS (SELECT 1 FROM quizzes q JOIN modules m ON m.id = q.module_id JOIN courses c ON c.id = m.course_id
      WHERE q.id = NEW.quiz_id AND q.deleted_at IS NULL AND m.deleted_at IS NULL AND c.deleted_at IS NULL);
END;

CREATE TRIGGER attempts_counted_on_update AFTER UPDATE OF status, pending_grading ON attempts
WHEN NEW.is_preview = 0 AND (NEW.status <> OLD.status OR NEW.pending_grading <> OLD.pending_grading) BEGIN
  UPDATE quiz_attempt_counts SET
    in_progress = in_progress + (NEW.status = 'in_progress') - (OLD.status = 'in_progress'),
    completed = completed + (NEW.status = 'completed') - (OLD.status = 'completed'),
    timed_out = timed_out + (NEW.status = 'timed_out') - (OLD.status = 'timed_out'),
    abandoned = abandoned + (NEW.status = 'abandoned') - (OLD.status = 'abandoned'),
    pending_essays = pending_essays + NEW.pending_grading - OLD.pending_grading
  WHERE quiz_id = NEW.quiz_id;
  UPDATE totals SET value = value + (CASE name
    WHEN 'essays.pending' THEN NEW.pending_grading - OLD.pending_grading
    ELSE (name = 'attempts.' || NEW.status) - (name = 'attempts.' || OLD.status) END)
  WHERE name IN (
      iif(NEW.status <> OLD.status, 'attempts.' || NEW.status, NULL), iif(NEW.status <> OLD.status, 'attempts.' || OLD.status, NULL),
      iif(NEW.pending_grading <> OLD.pending_grading, 'essays.pending', NULL))
    AND EXISTS (SELECT 1 FROM quizzes q JOIN modules m ON m.id = q.module_id JOIN courses c ON c.id = m.course_id
      WHERE q.id = NEW.quiz_id AND q.deleted_at IS NULL AND m.deleted_at IS NULL AND c.deleted_at IS NULL);
END;

CREATE TRIGGER attempts_counted_on_delete AFTER DELETE ON attempts WHEN OLD.is_preview = 0 BEGIN
  UPDATE quiz_attempt_counts SET
    in_progress = in_progress - (OLD.status = 'in_progress'),
    completed = completed - (OLD.status = 'completed'),
    timed_out = timed_out - (OLD.status = 'timed_out'),
    abandoned = abandoned - (OLD.status = 'abandoned'),
    pending_essays = pending_essays - OLD.pending_grading
  WHERE quiz_id = OLD.quiz_id;
  UPDATE totals SET value = value - iif(name = 'essays.pending', OLD.pending_grading, 1)
  WHERE name IN ('attempts.' || OLD.status, iif(OLD.pending_grading <> 0, 'essays.pending', NULL))
    AND EXISTS (SELECT 1 FROM quizzes q JOIN modules m ON m.id = q.module_id JOIN courses c ON c.id = m.course_id
      WHERE q.id = OLD.quiz_id AND q.deleted_at IS NULL AND m.deleted_at IS NULL AND c.deleted_at IS NULL);
END;
