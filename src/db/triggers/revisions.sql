-- Counts the changes of what people write in a course, module, quiz, question or QR code, for `ETag` and `If-Match`. Counters, texts
-- derived for the search and marks of the system do not count, so that an enrollment makes no editor's save fail.
CREATE TRIGGER courses_revised AFTER UPDATE OF title, slug, description, status, enrollment_type, course_type, max_students, start_date, end_date, instructor_id, deleted_at ON courses
WHEN (NEW.title, NEW.slug, NEW.description, NEW.status, NEW.enrollment_type, NEW.course_type, NEW.max_students, NEW.start_date, NEW.end_date, NEW.instructor_id, NEW.deleted_at) IS NOT (OLD.title, OLD.slug, OLD.description, OLD.status, OLD.enrollment_type, OLD.course_type, OLD.max_students, OLD.start_date, OLD.end_date, OLD.instructor_id, OLD.deleted_at) BEGIN
  UPDATE courses SET revision = revision + 1 WHERE id = NEW.id;
END;

CREATE TRIGGER modules_revised AFTER UPDATE OF title, description, "order", completion_criteria, content, is_published, deleted_at ON modules
WHEN (NEW.title, NEW.description, NEW."order", NEW.completion_criteria, NEW.content, NEW.is_published, NEW.deleted_at) IS NOT (OLD.title, OLD.description, OLD."order", OLD.completion_criteria, OLD.content, OLD.is_published, OLD.deleted_at) BEGIN
  UPDATE modules SET revision = revision + 1 WHERE id = NEW.id;
END;

CREATE TRIGGER quizzes_revised AFTER UPDATE OF title, description, instructions, time_limit_minutes, passing_score, randomize_questions, randomize_choices, question_count, allow_multiple_attempts, max_attempts, is_published, is_survey, access_code, allow_time_extension, show_feedback, grading_policy, available_from, available_until, deleted_at ON quizzes
WHEN (NEW.title, NEW.description, NEW.instructions, NEW.time_limit_minutes, NEW.passing_score, NEW.randomize_questions, NEW.randomize_choices, NEW.question_count, NEW.allow_multiple_attempts, NEW.max_attempts, NEW.is_published, NEW.is_survey, NEW.access_code, NEW.allow_time_extension, NEW.show_feedback, NEW.grading_policy, NEW.available_from, NEW.available_until, NEW.deleted_at) IS NOT (OLD.title, OLD.description, OLD.instructions, OLD.time_limit_minutes, OLD.passing_score, OLD.randomize_questions, OLD.randomize_choices, OLD.question_count, OLD.allow_multiple_attempts, OLD.max_attempts, OLD.is_published, OLD.is_survey, OLD.access_code, OLD.allow_time_extension, OLD.show_feedback, OLD.grading_policy, OLD.available_from, OLD.available_until, OLD.deleted_at) BEGIN
  UPDATE quizzes SET revision = revision + 1 WHERE id = NEW.id;
END;

CREATE TRIGGER questions_revised AFTER UPDATE OF "order", retired_at ON questions
WHEN (NEW."order", NEW.retired_at) IS NOT (OLD."order", OLD.retired_at) BEGIN
  UPDATE questions SET revision = revision + 1 WHERE id = NEW.id;
END;

-- The content of a question is its newest version: an edit changes that, or adds one.
CREATE TRIGGER questions_revised_by_edit AFTER UPDATE OF type, text, points_milli, explanation, correct_feedback, incorrect_feedback, body ON question_versions
WHEN (NEW.type, NEW.text, NEW.points_milli, NEW.explanation, NEW.correct_feedback, NEW.incorrect_feedback, NEW.body) IS NOT (OLD.type, OLD.text, OLD.points_milli, OLD.explanation, OLD.correct_feedback, OLD.incorrect_feedback, OLD.body) BEGIN
  UPDATE questions SET revision = revision + 1 WHERE id = NEW.question_id;
END;

CREATE TRIGGER questions_revised_by_version AFTER INSERT ON question_versions
WHEN EXISTS (SELECT 1 FROM question_versions WHERE question_id = NEW.question_id AND id < NEW.id) BEGIN
  UPDATE questions SET revision = revision + 1 WHERE id = NEW.question_id;
END;

CREATE TRIGGER qr_codes_revised AFTER UPDATE OF is_revoked, is_rotating, max_scans, expires_at, deleted_at ON qr_codes
WHEN (NEW.is_revoked, NEW.is_rotating, NEW.max_scans, NEW.expires_at, NEW.deleted_at) IS NOT (OLD.is_revoked, OLD.is_rotating, OLD.max_scans, OLD.expires_at, OLD.deleted_at) BEGIN
  UPDATE qr_codes SET revision = revision + 1 WHERE id = NEW.id;
END;
