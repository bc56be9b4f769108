-- Attempts counted by quiz and status, and essays that wait, so that no list of them has to be counted. Previews count
-- nowhere. Rules as in `0001_triggers.sql`. An attempt's quiz and whether it is a preview are written once, so not watched.

-- The same of all quizzes together, for staff. What lies in a deleted quiz, module or course counts nowhere.
INSERT INTO totals (name, value) VALUES
  ('attempts.in_progress', 0), ('attempts.completed', 0), ('attempts.timed_out', 0), ('attempts.abandoned', 0),
  ('essays.pending', 0);
--> statement-breakpoint
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
--> statement-breakpoint
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
--> statement-breakpoint
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
--> statement-breakpoint
-- Deleting or restoring a quiz, a module or a course takes its attempts out of the totals, or back in, from the quizzes'
-- own counters: a row for each quiz, however many attempts there are.
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
    FROM quiz_attempt_counts n WHERE n.quiz_id = NEW.id), 0)
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
    FROM quizzes q JOIN quiz_attempt_counts n ON n.quiz_id = q.id WHERE q.module_id = NEW.id AND q.deleted_at IS NULL), 0)
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
    FROM modules m JOIN quizzes q ON q.module_id = m.id JOIN quiz_attempt_counts n ON n.quiz_id = q.id
    WHERE m.course_id = NEW.id AND m.deleted_at IS NULL AND q.deleted_at IS NULL), 0)
  WHERE name IN ('attempts.in_progress', 'attempts.completed', 'attempts.timed_out', 'attempts.abandoned', 'essays.pending');
END;
