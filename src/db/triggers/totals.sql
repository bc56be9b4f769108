-- Counts sets that grow with the whole school, in one row each. Deleted rows, and rows below deleted ones, do not count.
-- Rules for all triggers: AFTER only; every CASE in parentheses; no trigger depends on the order of two on one event.

CREATE TRIGGER users_counted_on_insert AFTER INSERT ON users BEGIN
  UPDATE totals SET value = value + 1 WHERE name = 'users';
END;

CREATE TRIGGER users_counted_on_delete AFTER DELETE ON users BEGIN
  UPDATE totals SET value = value - 1 WHERE name = 'users';
END;

CREATE TRIGGER courses_counted_on_insert AFTER INSERT ON courses WHEN NEW.deleted_at IS NULL BEGIN
  UPDATE totals SET value = value + 1
  WHERE name IN ('courses.live', (CASE NEW.status WHEN 'published' THEN 'courses.published.' || NEW.enrollment_type END));
END;

CREATE TRIGGER courses_counted_on_update AFTER UPDATE OF status, enrollment_type, deleted_at ON courses BEGIN
  UPDATE totals SET value = value - 1
  WHERE OLD.deleted_at IS NULL
    AND name IN ('courses.live', (CASE OLD.status WHEN 'published' THEN 'courses.published.' || OLD.enrollment_type END));
  UPDATE totals SET value = value + 1
  WHERE NEW.deleted_at IS NULL
    AND name IN ('courses.live', (CASE NEW.status WHEN 'published' THEN 'courses.published.' || NEW.enrollment_type END));
END;

CREATE TRIGGER courses_counted_on_delete AFTER DELETE ON courses WHEN OLD.deleted_at IS NULL BEGIN
  UPDATE totals SET value = value - 1
  WHERE name IN ('courses.live', (CASE OLD.status WHEN 'published' THEN 'courses.published.' || OLD.enrollment_type END));
END;

-- Deleting or restoring a course removes from the totals, or adds back, its enrollments and the learners who take part in no
-- other course. This changes four rows, however many enrollments there are.
CREATE TRIGGER enrollments_counted_on_course_deleted AFTER UPDATE OF deleted_at ON courses
WHEN (NEW.deleted_at IS NULL) <> (OLD.deleted_at IS NULL) BEGIN
  UPDATE totals SET value = value + (CASE WHEN NEW.deleted_at IS NULL THEN 1 ELSE -1 END) * (CASE name
    WHEN 'enrollments.active' THEN NEW.active_count
    WHEN 'enrollments.completed' THEN NEW.completed_count
    WHEN 'enrollments.dropped' THEN NEW.dropped_count
    ELSE (SELECT count(*) FROM enrollments e WHERE e.course_id = NEW.id AND e.status <> 'dropped' AND NOT EXISTS (
      SELECT 1 FROM enrollments o JOIN courses c ON c.id = o.course_id
      WHERE o.user_id = e.user_id AND o.course_id <> e.course_id AND o.status <> 'dropped' AND c.deleted_at IS NULL)) END)
  WHERE name IN ('enrollments.active', 'enrollments.completed', 'enrollments.dropped', 'learners');
END;

-- Counts modules and quizzes that are not deleted, nor below a deleted module or course.
CREATE TRIGGER modules_counted_on_insert AFTER INSERT ON modules WHEN NEW.deleted_at IS NULL BEGIN
  UPDATE totals SET value = value + 1
  WHERE name = 'modules.live' AND EXISTS (SELECT 1 FROM courses WHERE id = NEW.course_id AND deleted_at IS NULL);
END;

CREATE TRIGGER modules_counted_on_deleted AFTER UPDATE OF deleted_at ON modules
WHEN (NEW.deleted_at IS NULL) <> (OLD.deleted_at IS NULL)
  AND EXISTS (SELECT 1 FROM courses WHERE id = NEW.course_id AND deleted_at IS NULL) BEGIN
  UPDATE totals SET value = value + (CASE WHEN NEW.deleted_at IS NULL THEN 1 ELSE -1 END) * (CASE name
    WHEN 'modules.live' THEN 1
    ELSE (SELECT count(*) FROM quizzes q WHERE q.module_id = NEW.id AND q.deleted_at IS NULL
      AND name = 'quizzes.' || iif(q.is_published, 'published', 'draft') || iif(q.is_survey, '.survey', '')) END)
  WHERE name IN ('modules.live', 'quizzes.draft', 'quizzes.draft.survey', 'quizzes.published', 'quizzes.published.survey');
END;

CREATE TRIGGER modules_and_quizzes_counted_on_course_deleted AFTER UPDATE OF deleted_at ON courses
WHEN (NEW.deleted_at IS NULL) <> (OLD.deleted_at IS NULL) BEGIN
  UPDATE totals SET value = value + (CASE WHEN NEW.deleted_at IS NULL THEN 1 ELSE -1 END) * (CASE name
    WHEN 'modules.live' THEN (SELECT count(*) FROM modules WHERE course_id = NEW.id AND deleted_at IS NULL)
    ELSE (SELECT count(*) FROM modules m JOIN quizzes q ON q.module_id = m.id
      WHERE m.course_id = NEW.id AND m.deleted_at IS NULL AND q.deleted_at IS NULL
        AND name = 'quizzes.' || iif(q.is_published, 'published', 'draft') || iif(q.is_survey, '.survey', '')) END)
  WHERE name IN ('modules.live', 'quizzes.draft', 'quizzes.draft.survey', 'quizzes.published', 'quizzes.published.survey');
END;

CREATE TRIGGER quizzes_counted_on_insert AFTER INSERT ON quizzes WHEN NEW.deleted_at IS NULL BEGIN
  UPDATE totals SET value = value + 1
  WHERE name = 'quizzes.' || iif(NEW.is_published, 'published', 'draft') || iif(NEW.is_survey, '.survey', '')
    AND EXISTS (SELECT 1 FROM modules m JOIN courses c ON c.id = m.course_id
      WHERE m.id = NEW.module_id AND m.deleted_at IS NULL AND c.deleted_at IS NULL);
END;

CREATE TRIGGER quizzes_counted_on_update AFTER UPDATE OF is_published, is_survey, deleted_at ON quizzes
WHEN EXISTS (SELECT 1 FROM modules m JOIN courses c ON c.id = m.course_id
  WHERE m.id = NEW.module_id AND m.deleted_at IS NULL AND c.deleted_at IS NULL) BEGIN
  UPDATE totals SET value = value - 1
  WHERE OLD.deleted_at IS NULL
    AND name = 'quizzes.' || iif(OLD.is_published, 'published', 'draft') || iif(OLD.is_survey, '.survey', '');
  UPDATE totals SET value = value + 1
  WHERE NEW.deleted_at IS NULL
    AND name = 'quizzes.' || iif(NEW.is_published, 'published', 'draft') || iif(NEW.is_survey, '.survey', '');
END;

-- Deleting or restoring a quiz, a module or a course removes its attempts from the totals, or adds them back. It reads the sums
-- of the quizzes, one row for each, however many attempts there are.
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

CREATE TRIGGER qr_batches_counted_on_insert AFTER INSERT ON qr_batches BEGIN
  UPDATE totals SET value = value + 1 WHERE name = 'qr_batches.' || NEW.type;
END;

CREATE TRIGGER qr_batches_counted_on_delete AFTER DELETE ON qr_batches BEGIN
  UPDATE totals SET value = value - 1 WHERE name = 'qr_batches.' || OLD.type;
END;
