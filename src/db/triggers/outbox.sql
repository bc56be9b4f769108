-- Writes a message for each enabled webhook that subscribed to an event of its course, or of all courses. The condition of each
-- trigger reads one row at most, and none without any webhook; then nothing else is read or written. The two queries by id read the
-- webhooks that are meant alone, where an OR would read all enabled ones. `data` holds ids and states only.
-- src/db/outbox.ts names the tables of these triggers.
CREATE TRIGGER outbox_on_enrollment_insert AFTER INSERT ON enrollments
WHEN NEW.status <> 'dropped' AND EXISTS (SELECT 1 FROM webhooks WHERE disabled_at IS NULL) BEGIN
  INSERT INTO outbox (webhook_id, type, occurred_at, data)
  SELECT w.id, 'enrollment.created', NEW.enrolled_at,
    json_object('enrollment', NEW.id, 'course', NEW.course_id, 'user', NEW.user_id, 'status', NEW.status)
  FROM webhooks w
  WHERE w.id IN (SELECT id FROM webhooks WHERE disabled_at IS NULL AND course_id = NEW.course_id
      UNION ALL SELECT id FROM webhooks WHERE disabled_at IS NULL AND course_id IS NULL) AND instr(w.events, '"enrollment.created"');
END;

-- A learner who returns is enrolled anew, also one who has completed the course before.
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

-- Previews are no attempts of learners.
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

-- Every grade by hand, also one that corrects an earlier one.
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
