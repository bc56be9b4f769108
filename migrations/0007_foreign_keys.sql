CREATE INDEX `modules_of_course` ON `modules` (`course_id`);--> statement-breakpoint
CREATE INDEX `quizzes_of_module` ON `quizzes` (`module_id`);