CREATE TRIGGER audit_kept_on_update AFTER UPDATE ON audit
WHEN NEW.id IS NOT OLD.id OR NEW.at IS NOT OLD.at OR NEW.actor_id IS NOT OLD.actor_id OR NEW.action IS NOT OLD.action
  OR NEW.user_id IS NOT OLD.user_id OR NEW.course_id IS NOT OLD.course_id OR NEW.target_id IS NOT OLD.target_id
  OR NEW.delivery_id IS NOT OLD.delivery_id OR NEW.old IS NOT NULL OR NEW.new IS NOT NULL BEGIN
  SELECT RAISE(ABORT, 'AUDIT_KEPT');
END;
--> statement-breakpoint
CREATE TRIGGER audit_kept_on_delete AFTER DELETE ON audit WHEN OLD.at > unixepoch() - 30 * 86400 BEGIN
  SELECT RAISE(ABORT, 'AUDIT_KEPT');
END;
--> statement-breakpoint
CREATE TRIGGER outbox_on_enrollment_insert AFTER INSERT ON enrollments
WHEN NEW.status <> 'dropped' AND EXISTS (SELECT 1 FROM webhooks WHERE disabled_at IS NULL) BEGIN
  INSERT INTO outbox (webhook_id, type, occurred_at, data)
  SELECT w.id, 'enrollment.created', NEW.enrolled_at,
    json_object('enrollment', NEW.id, 'course', NEW.course_id, 'user', NEW.user_id, 'status', NEW.status)
  FROM webhooks w
  WHERE w.id IN (SELECT id FROM webhooks WHERE disabled_at IS NULL AND course_id = NEW.course_id
      UNION ALL SELECT id FROM webhooks WHERE disabled_at IS NULL AND course_id IS NULL) AND instr(w.events, '"enrollment.created"');
END;
--> statement-breakpoint
CREATE TRIGGER outbox_on_enrollment_update AFTER UPDATE OF status ON enrollments
WHEN NEW.status <> OLD.status AND (NEW.status <> 'active' OR OLD.status = 'dropped')
  AND EXISTS (SELECT 1 FROM webhooks WHERE disabled_at IS NULL) BEGIN
  INSERT INTO outbox (webhook_id, type, occurred_at, data)
  SELECT w.id, e.type, unixepoch(),
    json_object('enrollment', NEW.id, 'course', NEW.course_id, 'user', NEW.user_id, 'status', NEW.status)
  FROM (SELECT (CASE WHEN OLD.status = 'dropped' THEN 'enrollment.created' WHEN NEW.status = 'dropped' THEN 'enrollment.dropped'
      ELSE 'course.completed' END) AS type) e
    CROSS JOIN webhooks w
  WHERE w.id IN (SELECT id FROM webhooks WHERE disabled_at IS NULL AND course_id = NEW.course_id
      UNION ALL SELECT id FROM webhooks WHERE disabled_at IS NULL AND course_id IS NULL) AND instr(w.events, '"' || e.type || '"');
END;
--> statement-breakpoint
CREATE TRIGGER outbox_on_progress_insert AFTER INSERT ON module_progress
WHEN NEW.completed_at IS NOT NULL AND EXISTS (SELECT 1 FROM webhooks WHERE disabled_at IS NULL) BEGIN
  INSERT INTO outbox (webhook_id, type, occurred_at, data)
  SELECT w.id, 'module.completed', NEW.completed_at,
    json_object('module', NEW.module_id, 'enrollment', e.id, 'course', e.course_id, 'user', e.user_id, 'status', 'completed')
  FROM enrollments e CROSS JOIN webhooks w
  WHERE e.id = NEW.enrollment_id
    AND w.id IN (SELECT id FROM webhooks WHERE disabled_at IS NULL AND course_id = e.course_id
      UNION ALL SELECT id FROM webhooks WHERE disabled_at IS NULL AND course_id IS NULL) AND instr(w.events, '"module.completed"');
END;
--> statement-breakpoint
CREATE TRIGGER outbox_on_progress_update AFTER UPDATE OF completed_at ON module_progress
WHEN NEW.completed_at IS NOT NULL AND OLD.completed_at IS NULL AND EXISTS (SELECT 1 FROM webhooks WHERE disabled_at IS NULL) BEGIN
  INSERT INTO outbox (webhook_id, type, occurred_at, data)
  SELECT w.id, 'module.completed', NEW.completed_at,
    json_object('module', NEW.module_id, 'enrollment', e.id, 'course', e.course_id, 'user', e.user_id, 'status', 'completed')
  FROM enrollments e CROSS JOIN webhooks w
  WHERE e.id = NEW.enrollment_id
    AND w.id IN (SELECT id FROM webhooks WHERE disabled_at IS NULL AND course_id = e.course_id
      UNION ALL SELECT id FROM webhooks WHERE disabled_at IS NULL AND course_id IS NULL) AND instr(w.events, '"module.completed"');
END;
--> statement-breakpoint
CREATE TRIGGER outbox_on_attempt_insert AFTER INSERT ON attempts
WHEN NEW.is_preview = 0 AND NEW.status = 'in_progress' AND EXISTS (SELECT 1 FROM webhooks WHERE disabled_at IS NULL) BEGIN
  INSERT INTO outbox (webhook_id, type, occurred_at, data)
  SELECT w.id, 'attempt.started', NEW.started_at,
    json_object('attempt', NEW.id, 'quiz', NEW.quiz_id, 'module', m.id, 'course', m.course_id, 'user', NEW.user_id,
      'enrollment', NEW.enrollment_id, 'status', NEW.status)
  FROM quizzes q CROSS JOIN modules m CROSS JOIN webhooks w
  WHERE q.id = NEW.quiz_id AND m.id = q.module_id
    AND w.id IN (SELECT id FROM webhooks WHERE disabled_at IS NULL AND course_id = m.course_id
      UNION ALL SELECT id FROM webhooks WHERE disabled_at IS NULL AND course_id IS NULL) AND instr(w.events, '"attempt.started"');
END;
--> statement-breakpoint
CREATE TRIGGER outbox_on_attempt_update AFTER UPDATE OF status ON attempts
WHEN NEW.is_preview = 0 AND OLD.status = 'in_progress' AND NEW.status <> 'in_progress'
  AND EXISTS (SELECT 1 FROM webhooks WHERE disabled_at IS NULL) BEGIN
  INSERT INTO outbox (webhook_id, type, occurred_at, data)
  SELECT w.id, 'attempt.ended', coalesce(NEW.completed_at, unixepoch()),
    json_object('attempt', NEW.id, 'quiz', NEW.quiz_id, 'module', m.id, 'course', m.course_id, 'user', NEW.user_id,
      'enrollment', NEW.enrollment_id, 'status', NEW.status)
  FROM quizzes q CROSS JOIN modules m CROSS JOIN webhooks w
  WHERE q.id = NEW.quiz_id AND m.id = q.module_id
    AND w.id IN (SELECT id FROM webhooks WHERE disabled_at IS NULL AND course_id = m.course_id
      UNION ALL SELECT id FROM webhooks WHERE disabled_at IS NULL AND course_id IS NULL) AND instr(w.events, '"attempt.ended"');
END;
--> statement-breakpoint
CREATE TRIGGER outbox_on_response_graded AFTER UPDATE OF graded_at ON responses
WHEN NEW.graded_at IS NOT NULL AND EXISTS (SELECT 1 FROM webhooks WHERE disabled_at IS NULL) BEGIN
  INSERT INTO outbox (webhook_id, type, occurred_at, data)
  SELECT w.id, 'response.graded', NEW.graded_at,
    json_object('response', NEW.id, 'question', NEW.question_id, 'attempt', a.id, 'quiz', a.quiz_id, 'module', m.id,
      'course', m.course_id, 'user', a.user_id, 'enrollment', a.enrollment_id, 'status', 'graded')
  FROM attempts a CROSS JOIN quizzes q CROSS JOIN modules m CROSS JOIN webhooks w
  WHERE a.id = NEW.id / 1000 AND a.is_preview = 0 AND q.id = a.quiz_id AND m.id = q.module_id
    AND w.id IN (SELECT id FROM webhooks WHERE disabled_at IS NULL AND course_id = m.course_id
      UNION ALL SELECT id FROM webhooks WHERE disabled_at IS NULL AND course_id IS NULL) AND instr(w.events, '"response.graded"');
END;
--> statement-breakpoint
CREATE TRIGGER outbox_on_regrade_update AFTER UPDATE OF status ON regrades
WHEN NEW.status = 'completed' AND OLD.status <> 'completed' AND EXISTS (SELECT 1 FROM webhooks WHERE disabled_at IS NULL) BEGIN
  INSERT INTO outbox (webhook_id, type, occurred_at, data)
  SELECT w.id, 'regrade.finished', unixepoch(),
    json_object('regrade', NEW.id, 'question', NEW.question_id, 'quiz', q.id, 'module', m.id, 'course', m.course_id,
      'status', NEW.status, 'dry_run', json(iif(NEW.is_dry_run, 'true', 'false')))
  FROM questions n CROSS JOIN quizzes q CROSS JOIN modules m CROSS JOIN webhooks w
  WHERE n.id = NEW.question_id AND q.id = n.quiz_id AND m.id = q.module_id
    AND w.id IN (SELECT id FROM webhooks WHERE disabled_at IS NULL AND course_id = m.course_id
      UNION ALL SELECT id FROM webhooks WHERE disabled_at IS NULL AND course_id IS NULL) AND instr(w.events, '"regrade.finished"');
END;
--> statement-breakpoint
CREATE TRIGGER outbox_on_scan_insert AFTER INSERT ON qr_scans
WHEN EXISTS (SELECT 1 FROM webhooks WHERE disabled_at IS NULL) BEGIN
  INSERT INTO outbox (webhook_id, type, occurred_at, data)
  SELECT w.id, 'scan.recorded', NEW.scanned_at,
    json_object('scan', NEW.id, 'qr_code', NEW.qr_code_id, 'course', NEW.course_id, 'user', NEW.user_id,
      'status', iif(NEW.is_valid, 'valid', 'invalid'))
  FROM webhooks w
  WHERE w.id IN (SELECT id FROM webhooks WHERE disabled_at IS NULL AND course_id = NEW.course_id
      UNION ALL SELECT id FROM webhooks WHERE disabled_at IS NULL AND course_id IS NULL) AND instr(w.events, '"scan.recorded"');
END;
--> statement-breakpoint
CREATE TRIGGER courses_revised AFTER UPDATE OF title, slug, description, status, enrollment_type, course_type, max_students, start_date, end_date, instructor_id, deleted_at ON courses
WHEN (NEW.title, NEW.slug, NEW.description, NEW.status, NEW.enrollment_type, NEW.course_type, NEW.max_students, NEW.start_date, NEW.end_date, NEW.instructor_id, NEW.deleted_at) IS NOT (OLD.title, OLD.slug, OLD.description, OLD.status, OLD.enrollment_type, OLD.course_type, OLD.max_students, OLD.start_date, OLD.end_date, OLD.instructor_id, OLD.deleted_at) BEGIN
  UPDATE courses SET revision = revision + 1 WHERE id = NEW.id;
END;
--> statement-breakpoint
CREATE TRIGGER modules_revised AFTER UPDATE OF title, description, "order", completion_criteria, content, is_published, deleted_at ON modules
WHEN (NEW.title, NEW.description, NEW."order", NEW.completion_criteria, NEW.content, NEW.is_published, NEW.deleted_at) IS NOT (OLD.title, OLD.description, OLD."order", OLD.completion_criteria, OLD.content, OLD.is_published, OLD.deleted_at) BEGIN
  UPDATE modules SET revision = revision + 1 WHERE id = NEW.id;
END;
--> statement-breakpoint
CREATE TRIGGER quizzes_revised AFTER UPDATE OF title, description, instructions, time_limit_minutes, passing_score, randomize_questions, randomize_choices, question_count, allow_multiple_attempts, max_attempts, is_published, is_survey, access_code, allow_time_extension, show_feedback, grading_policy, available_from, available_until, deleted_at ON quizzes
WHEN (NEW.title, NEW.description, NEW.instructions, NEW.time_limit_minutes, NEW.passing_score, NEW.randomize_questions, NEW.randomize_choices, NEW.question_count, NEW.allow_multiple_attempts, NEW.max_attempts, NEW.is_published, NEW.is_survey, NEW.access_code, NEW.allow_time_extension, NEW.show_feedback, NEW.grading_policy, NEW.available_from, NEW.available_until, NEW.deleted_at) IS NOT (OLD.title, OLD.description, OLD.instructions, OLD.time_limit_minutes, OLD.passing_score, OLD.randomize_questions, OLD.randomize_choices, OLD.question_count, OLD.allow_multiple_attempts, OLD.max_attempts, OLD.is_published, OLD.is_survey, OLD.access_code, OLD.allow_time_extension, OLD.show_feedback, OLD.grading_policy, OLD.available_from, OLD.available_until, OLD.deleted_at) BEGIN
  UPDATE quizzes SET revision = revision + 1 WHERE id = NEW.id;
END;
--> statement-breakpoint
CREATE TRIGGER questions_revised AFTER UPDATE OF "order", retired_at ON questions
WHEN (NEW."order", NEW.retired_at) IS NOT (OLD."order", OLD.retired_at) BEGIN
  UPDATE questions SET revision = revision + 1 WHERE id = NEW.id;
END;
--> statement-breakpoint
CREATE TRIGGER questions_revised_by_edit AFTER UPDATE OF type, text, points_milli, explanation, correct_feedback, incorrect_feedback, body ON question_versions
WHEN (NEW.type, NEW.text, NEW.points_milli, NEW.explanation, NEW.correct_feedback, NEW.incorrect_feedback, NEW.body) IS NOT (OLD.type, OLD.text, OLD.points_milli, OLD.explanation, OLD.correct_feedback, OLD.incorrect_feedback, OLD.body) BEGIN
  UPDATE questions SET revision = revision + 1 WHERE id = NEW.question_id;
END;
--> statement-breakpoint
CREATE TRIGGER questions_revised_by_version AFTER INSERT ON question_versions
WHEN EXISTS (SELECT 1 FROM question_versions WHERE question_id = NEW.question_id AND id < NEW.id) BEGIN
  UPDATE questions SET revision = revision + 1 WHERE id = NEW.question_id;
END;
--> statement-breakpoint
CREATE TRIGGER qr_codes_revised AFTER UPDATE OF is_revoked, is_rotating, max_scans, expires_at, deleted_at ON qr_codes
WHEN (NEW.is_revoked, NEW.is_rotating, NEW.max_scans, NEW.expires_at, NEW.deleted_at) IS NOT (OLD.is_revoked, OLD.is_rotating, OLD.max_scans, OLD.expires_at, OLD.deleted_at) BEGIN
  UPDATE qr_codes SET revision = revision + 1 WHERE id = NEW.id;
END;
