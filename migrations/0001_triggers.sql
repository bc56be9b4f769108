-- Counters, slug history and full-text search, each kept in the transaction of the change itself.
-- Rules: AFTER triggers only; rebuilding a table drops its triggers, so a migration that rebuilds one creates them anew.

-- Counts of sets that no single owner bounds. What is deleted, or lies in something deleted, counts nowhere.
INSERT INTO totals (name, value) VALUES
  ('users', 0), ('courses.live', 0), ('courses.published.open', 0), ('courses.published.restricted', 0),
  ('enrollments.active', 0), ('enrollments.completed', 0), ('enrollments.dropped', 0), ('learners', 0), ('modules.live', 0),
  ('quizzes.draft', 0), ('quizzes.draft.survey', 0), ('quizzes.published', 0), ('quizzes.published.survey', 0);
--> statement-breakpoint
CREATE TRIGGER users_counted_on_insert AFTER INSERT ON users BEGIN
  UPDATE totals SET value = value + 1 WHERE name = 'users';
END;
--> statement-breakpoint
CREATE TRIGGER users_counted_on_delete AFTER DELETE ON users BEGIN
  UPDATE totals SET value = value - 1 WHERE name = 'users';
END;
--> statement-breakpoint
CREATE TRIGGER courses_counted_on_insert AFTER INSERT ON courses WHEN NEW.deleted_at IS NULL BEGIN
  UPDATE totals SET value = value + 1
  WHERE name IN ('courses.live', (CASE NEW.status WHEN 'published' THEN 'courses.published.' || NEW.enrollment_type END));
END;
--> statement-breakpoint
CREATE TRIGGER courses_counted_on_update AFTER UPDATE OF status, enrollment_type, deleted_at ON courses BEGIN
  UPDATE totals SET value = value - 1
  WHERE OLD.deleted_at IS NULL
    AND name IN ('courses.live', (CASE OLD.status WHEN 'published' THEN 'courses.published.' || OLD.enrollment_type END));
  UPDATE totals SET value = value + 1
  WHERE NEW.deleted_at IS NULL
    AND name IN ('courses.live', (CASE NEW.status WHEN 'published' THEN 'courses.published.' || NEW.enrollment_type END));
END;
--> statement-breakpoint
CREATE TRIGGER courses_counted_on_delete AFTER DELETE ON courses WHEN OLD.deleted_at IS NULL BEGIN
  UPDATE totals SET value = value - 1
  WHERE name IN ('courses.live', (CASE OLD.status WHEN 'published' THEN 'courses.published.' || OLD.enrollment_type END));
END;
--> statement-breakpoint
-- Deleting or restoring a course takes its enrollments out of the totals, or back in, and the learners who take part in no
-- other course: in four rows however many they are.
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
--> statement-breakpoint
-- Modules and quizzes that are live with all above them.
CREATE TRIGGER modules_counted_on_insert AFTER INSERT ON modules WHEN NEW.deleted_at IS NULL BEGIN
  UPDATE totals SET value = value + 1
  WHERE name = 'modules.live' AND EXISTS (SELECT 1 FROM courses WHERE id = NEW.course_id AND deleted_at IS NULL);
END;
--> statement-breakpoint
CREATE TRIGGER modules_counted_on_deleted AFTER UPDATE OF deleted_at ON modules
WHEN (NEW.deleted_at IS NULL) <> (OLD.deleted_at IS NULL)
  AND EXISTS (SELECT 1 FROM courses WHERE id = NEW.course_id AND deleted_at IS NULL) BEGIN
  UPDATE totals SET value = value + (CASE WHEN NEW.deleted_at IS NULL THEN 1 ELSE -1 END) * (CASE name
    WHEN 'modules.live' THEN 1
    ELSE (SELECT count(*) FROM quizzes q WHERE q.module_id = NEW.id AND q.deleted_at IS NULL
      AND name = 'quizzes.' || iif(q.is_published, 'published', 'draft') || iif(q.is_survey, '.survey', '')) END)
  WHERE name IN ('modules.live', 'quizzes.draft', 'quizzes.draft.survey', 'quizzes.published', 'quizzes.published.survey');
END;
--> statement-breakpoint
CREATE TRIGGER modules_and_quizzes_counted_on_course_deleted AFTER UPDATE OF deleted_at ON courses
WHEN (NEW.deleted_at IS NULL) <> (OLD.deleted_at IS NULL) BEGIN
  UPDATE totals SET value = value + (CASE WHEN NEW.deleted_at IS NULL THEN 1 ELSE -1 END) * (CASE name
    WHEN 'modules.live' THEN (SELECT count(*) FROM modules WHERE course_id = NEW.id AND deleted_at IS NULL)
    ELSE (SELECT count(*) FROM modules m JOIN quizzes q ON q.module_id = m.id
      WHERE m.course_id = NEW.id AND m.deleted_at IS NULL AND q.deleted_at IS NULL
        AND name = 'quizzes.' || iif(q.is_published, 'published', 'draft') || iif(q.is_survey, '.survey', '')) END)
  WHERE name IN ('modules.live', 'quizzes.draft', 'quizzes.draft.survey', 'quizzes.published', 'quizzes.published.survey');
END;
--> statement-breakpoint
CREATE TRIGGER quizzes_counted_on_insert AFTER INSERT ON quizzes WHEN NEW.deleted_at IS NULL BEGIN
  UPDATE totals SET value = value + 1
  WHERE name = 'quizzes.' || iif(NEW.is_published, 'published', 'draft') || iif(NEW.is_survey, '.survey', '')
    AND EXISTS (SELECT 1 FROM modules m JOIN courses c ON c.id = m.course_id
      WHERE m.id = NEW.module_id AND m.deleted_at IS NULL AND c.deleted_at IS NULL);
END;
--> statement-breakpoint
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
--> statement-breakpoint
-- Every slug a course ever had stays its own.
CREATE TRIGGER course_slugs_kept_on_insert AFTER INSERT ON courses BEGIN
  INSERT INTO course_slugs (slug, course_id) VALUES (NEW.slug, NEW.id);
END;
--> statement-breakpoint
CREATE TRIGGER course_slugs_kept_on_update AFTER UPDATE OF slug ON courses WHEN NEW.slug <> OLD.slug BEGIN
  INSERT INTO course_slugs (slug, course_id)
  SELECT NEW.slug, NEW.id WHERE NOT EXISTS (SELECT 1 FROM course_slugs WHERE slug = NEW.slug AND course_id = NEW.id);
END;
--> statement-breakpoint
--> statement-breakpoint
-- Words of published courses, as code found them (`courses.search_…`); marks are parts of words in many scripts (contentless).
CREATE VIRTUAL TABLE course_search USING fts5(
  title, description, content='', contentless_delete=1, tokenize="unicode61 remove_diacritics 2 categories 'L* N* Co M*'", prefix='2 3'
);
--> statement-breakpoint
CREATE TRIGGER course_search_on_insert AFTER INSERT ON courses WHEN NEW.status = 'published' AND NEW.deleted_at IS NULL BEGIN
  INSERT INTO course_search (rowid, title, description) VALUES (NEW.id, NEW.search_title, NEW.search_description);
END;
--> statement-breakpoint
CREATE TRIGGER course_search_on_update AFTER UPDATE OF search_title, search_description, status, deleted_at ON courses BEGIN
  DELETE FROM course_search WHERE rowid = OLD.id AND OLD.status = 'published' AND OLD.deleted_at IS NULL;
  INSERT INTO course_search (rowid, title, description)
  SELECT NEW.id, NEW.search_title, NEW.search_description WHERE NEW.status = 'published' AND NEW.deleted_at IS NULL;
END;
--> statement-breakpoint
CREATE TRIGGER course_search_on_delete AFTER DELETE ON courses WHEN OLD.status = 'published' AND OLD.deleted_at IS NULL BEGIN
  DELETE FROM course_search WHERE rowid = OLD.id;
END;
--> statement-breakpoint
-- A course's enrollments by status; those of all courses together, and the learners who take part in any, in `totals`; the last
-- word on a course's capacity: whoever takes a seat too many is rolled back.
CREATE TRIGGER enrollments_counted_on_insert AFTER INSERT ON enrollments BEGIN
  UPDATE courses SET
    active_count = active_count + (NEW.status = 'active'),
    completed_count = completed_count + (NEW.status = 'completed'),
    dropped_count = dropped_count + (NEW.status = 'dropped')
  WHERE id = NEW.course_id;
  UPDATE totals SET value = value + 1
  WHERE name IN ('enrollments.' || NEW.status, iif(NEW.status <> 'dropped' AND NOT EXISTS (
      SELECT 1 FROM enrollments o JOIN courses c ON c.id = o.course_id
      WHERE o.user_id = NEW.user_id AND o.course_id <> NEW.course_id AND o.status <> 'dropped' AND c.deleted_at IS NULL), 'learners', NULL))
    AND EXISTS (SELECT 1 FROM courses WHERE id = NEW.course_id AND deleted_at IS NULL);
  SELECT RAISE(ABORT, 'COURSE_FULL') FROM courses
  WHERE id = NEW.course_id AND NEW.status <> 'dropped' AND max_students > 0 AND active_count + completed_count > max_students;
END;
--> statement-breakpoint
CREATE TRIGGER enrollments_counted_on_update AFTER UPDATE OF status ON enrollments WHEN NEW.status <> OLD.status BEGIN
  UPDATE courses SET
    active_count = active_count + (NEW.status = 'active') - (OLD.status = 'active'),
    completed_count = completed_count + (NEW.status = 'completed') - (OLD.status = 'completed'),
    dropped_count = dropped_count + (NEW.status = 'dropped') - (OLD.status = 'dropped')
  WHERE id = NEW.course_id;
  UPDATE totals SET value = value + (CASE name
    WHEN 'learners' THEN iif(NEW.status = 'dropped', -1, 1)
    ELSE (name = 'enrollments.' || NEW.status) - (name = 'enrollments.' || OLD.status) END)
  WHERE name IN ('enrollments.' || NEW.status, 'enrollments.' || OLD.status,
      iif((NEW.status = 'dropped') <> (OLD.status = 'dropped') AND NOT EXISTS (
      SELECT 1 FROM enrollments o JOIN courses c ON c.id = o.course_id
      WHERE o.user_id = NEW.user_id AND o.course_id <> NEW.course_id AND o.status <> 'dropped' AND c.deleted_at IS NULL), 'learners', NULL))
    AND EXISTS (SELECT 1 FROM courses WHERE id = NEW.course_id AND deleted_at IS NULL);
  SELECT RAISE(ABORT, 'COURSE_FULL') FROM courses
  WHERE id = NEW.course_id AND OLD.status = 'dropped' AND max_students > 0 AND active_count + completed_count > max_students;
END;
--> statement-breakpoint
CREATE TRIGGER enrollments_counted_on_delete AFTER DELETE ON enrollments BEGIN
  UPDATE courses SET
    active_count = active_count - (OLD.status = 'active'),
    completed_count = completed_count - (OLD.status = 'completed'),
    dropped_count = dropped_count - (OLD.status = 'dropped')
  WHERE id = OLD.course_id;
  UPDATE totals SET value = value - 1
  WHERE name IN ('enrollments.' || OLD.status, iif(OLD.status <> 'dropped' AND NOT EXISTS (
      SELECT 1 FROM enrollments o JOIN courses c ON c.id = o.course_id
      WHERE o.user_id = OLD.user_id AND o.course_id <> OLD.course_id AND o.status <> 'dropped' AND c.deleted_at IS NULL), 'learners', NULL))
    AND EXISTS (SELECT 1 FROM courses WHERE id = OLD.course_id AND deleted_at IS NULL);
END;
