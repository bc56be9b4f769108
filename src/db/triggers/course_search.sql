-- Keeps the full-text index of published courses, of the words that `search-text.ts` computed (`courses.search_…`).

CREATE TRIGGER course_search_on_insert AFTER INSERT ON courses WHEN NEW.status = 'published' AND NEW.deleted_at IS NULL BEGIN
  INSERT INTO course_search (rowid, title, description) VALUES (NEW.id, NEW.search_title, NEW.search_description);
END;

CREATE TRIGGER course_search_on_update AFTER UPDATE OF search_title, search_description, status, deleted_at ON courses BEGIN
  DELETE FROM course_search WHERE rowid = OLD.id AND OLD.status = 'published' AND OLD.deleted_at IS NULL;
  INSERT INTO course_search (rowid, title, description)
  SELECT NEW.id, NEW.search_title, NEW.search_description WHERE NEW.status = 'published' AND NEW.deleted_at IS NULL;
END;

CREATE TRIGGER course_search_on_delete AFTER DELETE ON courses WHEN OLD.status = 'published' AND OLD.deleted_at IS NULL BEGIN
  DELETE FROM course_search WHERE rowid = OLD.id;
END;
