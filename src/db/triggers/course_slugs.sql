-- Keeps every slug that a course ever had, so that no other course gets it.
CREATE TRIGGER course_slugs_kept_on_insert AFTER INSERT ON courses BEGIN
  INSERT INTO course_slugs (slug, course_id) VALUES (NEW.slug, NEW.id);
END;

CREATE TRIGGER course_slugs_kept_on_update AFTER UPDATE OF slug ON courses WHEN NEW.slug <> OLD.slug BEGIN
  INSERT INTO course_slugs (slug, course_id)
  SELECT NEW.slug, NEW.id WHERE NOT EXISTS (SELECT 1 FROM course_slugs WHERE slug = NEW.slug AND course_id = NEW.id);
END;
