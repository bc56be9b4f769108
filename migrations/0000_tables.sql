CREATE TABLE `activities` (
	`id` integer GENERATED ALWAYS AS (occurred_at * 1000 + place) VIRTUAL NOT NULL,
	`user_id` integer NOT NULL,
	`occurred_at` integer NOT NULL,
	`place` integer NOT NULL,
	`type` text NOT NULL,
	`target_id` integer,
	`course_id` integer,
	`module_id` integer,
	`session_started_at` integer NOT NULL,
	PRIMARY KEY(`user_id`, `occurred_at`, `place`),
	FOREIGN KEY (`user_id`) REFERENCES `users`(`id`) ON UPDATE no action ON DELETE no action
) STRICT, WITHOUT ROWID;
--> statement-breakpoint
CREATE TABLE `attempts` (
	`id` integer PRIMARY KEY AUTOINCREMENT NOT NULL,
	`quiz_id` integer NOT NULL,
	`user_id` integer NOT NULL,
	`enrollment_id` integer,
	`is_preview` integer DEFAULT false NOT NULL,
	`status` text DEFAULT 'in_progress' NOT NULL,
	`started_at` integer NOT NULL,
	`completed_at` integer,
	`check_at` integer,
	`is_survey` integer DEFAULT false NOT NULL,
	`passing_score` integer DEFAULT 70 NOT NULL,
	`extended_minutes` integer DEFAULT 0 NOT NULL,
	`earned_nano` integer,
	`possible_nano` integer,
	`score_hundredths` integer,
	`passed` integer,
	`time_spent_seconds` integer,
	`lost_pass_at` integer,
	`pending_grading` integer DEFAULT 0 NOT NULL,
	`end_score_hundredths` integer,
	`answers_hash` text,
	FOREIGN KEY (`quiz_id`) REFERENCES `quizzes`(`id`) ON UPDATE no action ON DELETE no action,
	FOREIGN KEY (`user_id`) REFERENCES `users`(`id`) ON UPDATE no action ON DELETE no action,
	FOREIGN KEY (`enrollment_id`) REFERENCES `enrollments`(`id`) ON UPDATE no action ON DELETE no action
) STRICT;
--> statement-breakpoint
CREATE UNIQUE INDEX `attempts_one_running` ON `attempts` (`quiz_id`,`user_id`) WHERE "attempts"."status" = 'in_progress';--> statement-breakpoint
CREATE INDEX `attempts_by_user` ON `attempts` (`user_id`,`quiz_id`);--> statement-breakpoint
CREATE INDEX `attempts_by_quiz_status` ON `attempts` (`quiz_id`,`status`);--> statement-breakpoint
CREATE INDEX `attempts_by_enrollment` ON `attempts` (`enrollment_id`,`quiz_id`);--> statement-breakpoint
CREATE INDEX `attempts_by_check` ON `attempts` (`check_at`) WHERE "attempts"."check_at" IS NOT NULL;--> statement-breakpoint
CREATE INDEX `attempts_listed_by_status` ON `attempts` (`status`) WHERE "attempts"."is_preview" = 0;--> statement-breakpoint
CREATE INDEX `attempts_pending` ON `attempts` (`quiz_id`) WHERE "attempts"."pending_grading" > 0 AND "attempts"."is_preview" = 0;--> statement-breakpoint
CREATE INDEX `attempts_pending_by_id` ON `attempts` (`id`) WHERE "attempts"."pending_grading" > 0 AND "attempts"."is_preview" = 0;--> statement-breakpoint
CREATE TABLE `regrades` (
	`id` integer PRIMARY KEY AUTOINCREMENT NOT NULL,
	`question_id` integer NOT NULL,
	`key_version_id` integer NOT NULL,
	`is_dry_run` integer NOT NULL,
	`status` text DEFAULT 'running' NOT NULL,
	`cursor` integer DEFAULT 0 NOT NULL,
	`total` integer NOT NULL,
	`done` integer DEFAULT 0 NOT NULL,
	`raised` integer DEFAULT 0 NOT NULL,
	`lowered` integer DEFAULT 0 NOT NULL,
	`requested_by` integer NOT NULL,
	`created_at` integer NOT NULL,
	FOREIGN KEY (`question_id`) REFERENCES `questions`(`id`) ON UPDATE no action ON DELETE no action,
	FOREIGN KEY (`key_version_id`) REFERENCES `question_versions`(`id`) ON UPDATE no action ON DELETE no action,
	FOREIGN KEY (`requested_by`) REFERENCES `users`(`id`) ON UPDATE no action ON DELETE no action
) STRICT;
--> statement-breakpoint
CREATE UNIQUE INDEX `regrades_one_running` ON `regrades` (`question_id`,`key_version_id`,`is_dry_run`) WHERE "regrades"."status" = 'running';--> statement-breakpoint
CREATE INDEX `regrades_by_question` ON `regrades` (`question_id`,`is_dry_run`,`key_version_id`);--> statement-breakpoint
CREATE INDEX `regrades_by_key` ON `regrades` (`key_version_id`);--> statement-breakpoint
CREATE TABLE `responses` (
	`id` integer PRIMARY KEY NOT NULL,
	`attempt_id` integer GENERATED ALWAYS AS (id / 1000) VIRTUAL NOT NULL,
	`question_id` integer NOT NULL,
	`question_version_id` integer NOT NULL,
	`key_version_id` integer NOT NULL,
	`response_data` text NOT NULL,
	`is_correct` integer,
	`score_nano` integer,
	`max_nano` integer NOT NULL,
	`item_share` integer,
	`rest_share` integer,
	`time_spent_seconds` integer DEFAULT 0 NOT NULL,
	`submitted_at` integer,
	`is_pending` integer DEFAULT false NOT NULL,
	`feedback` text DEFAULT '' NOT NULL,
	`rubric_scores` text,
	`graded_at` integer,
	`graded_by` integer,
	FOREIGN KEY (`question_id`) REFERENCES `questions`(`id`) ON UPDATE no action ON DELETE no action,
	FOREIGN KEY (`graded_by`) REFERENCES `users`(`id`) ON UPDATE no action ON DELETE no action
) STRICT;
--> statement-breakpoint
CREATE INDEX `responses_by_question` ON `responses` (`question_id`);--> statement-breakpoint
CREATE INDEX `responses_pending` ON `responses` (`question_id`) WHERE "responses"."is_pending" = 1;--> statement-breakpoint
CREATE TABLE `course_slugs` (
	`slug` text PRIMARY KEY NOT NULL,
	`course_id` integer NOT NULL,
	FOREIGN KEY (`course_id`) REFERENCES `courses`(`id`) ON UPDATE no action ON DELETE no action
) STRICT, WITHOUT ROWID;
--> statement-breakpoint
CREATE INDEX `course_slugs_course` ON `course_slugs` (`course_id`);--> statement-breakpoint
CREATE TABLE `courses` (
	`id` integer PRIMARY KEY AUTOINCREMENT NOT NULL,
	`title` text NOT NULL,
	`slug` text NOT NULL,
	`description` text DEFAULT '' NOT NULL,
	`status` text DEFAULT 'draft' NOT NULL,
	`enrollment_type` text DEFAULT 'open' NOT NULL,
	`course_type` text DEFAULT 'course' NOT NULL,
	`max_students` integer DEFAULT 0 NOT NULL,
	`start_date` text,
	`end_date` text,
	`instructor_id` integer NOT NULL,
	`created_at` integer NOT NULL,
	`updated_at` integer NOT NULL,
	`deleted_at` integer,
	`search_title` text DEFAULT '' NOT NULL,
	`search_description` text DEFAULT '' NOT NULL,
	`search_version` integer DEFAULT 0 NOT NULL,
	`active_count` integer DEFAULT 0 NOT NULL,
	`completed_count` integer DEFAULT 0 NOT NULL,
	`dropped_count` integer DEFAULT 0 NOT NULL,
	FOREIGN KEY (`instructor_id`) REFERENCES `users`(`id`) ON UPDATE no action ON DELETE no action,
	CONSTRAINT "courses_dates" CHECK("courses"."end_date" >= "courses"."start_date")
) STRICT;
--> statement-breakpoint
CREATE INDEX `courses_live` ON `courses` (`id`) WHERE "courses"."deleted_at" IS NULL;--> statement-breakpoint
CREATE INDEX `courses_published` ON `courses` (`id`) WHERE "courses"."deleted_at" IS NULL AND "courses"."status" = 'published';--> statement-breakpoint
CREATE INDEX `courses_published_by_enrollment_type` ON `courses` (`enrollment_type`) WHERE "courses"."deleted_at" IS NULL AND "courses"."status" = 'published';--> statement-breakpoint
CREATE INDEX `courses_by_instructor` ON `courses` (`instructor_id`,`status`) WHERE "courses"."deleted_at" IS NULL;--> statement-breakpoint
CREATE INDEX `courses_deleted` ON `courses` (`deleted_at`) WHERE "courses"."deleted_at" IS NOT NULL;--> statement-breakpoint
CREATE INDEX `courses_by_search_version` ON `courses` (`search_version`);--> statement-breakpoint
CREATE TABLE `enrollments` (
	`id` integer PRIMARY KEY AUTOINCREMENT NOT NULL,
	`user_id` integer NOT NULL,
	`course_id` integer NOT NULL,
	`status` text DEFAULT 'active' NOT NULL,
	`source` text DEFAULT 'self' NOT NULL,
	`enrolled_at` integer NOT NULL,
	`completed_at` integer,
	`removed_at` integer,
	FOREIGN KEY (`user_id`) REFERENCES `users`(`id`) ON UPDATE no action ON DELETE no action,
	FOREIGN KEY (`course_id`) REFERENCES `courses`(`id`) ON UPDATE no action ON DELETE no action
) STRICT;
--> statement-breakpoint
CREATE INDEX `enrollments_by_course` ON `enrollments` (`course_id`);--> statement-breakpoint
CREATE INDEX `enrollments_by_course_status` ON `enrollments` (`course_id`,`status`);--> statement-breakpoint
CREATE INDEX `enrollments_by_status` ON `enrollments` (`status`);--> statement-breakpoint
CREATE INDEX `enrollments_learners` ON `enrollments` (`course_id`,`user_id`) WHERE "enrollments"."status" <> 'dropped';--> statement-breakpoint
CREATE UNIQUE INDEX `enrollments_user_course` ON `enrollments` (`user_id`,`course_id`);--> statement-breakpoint
CREATE TABLE `modules` (
	`id` integer PRIMARY KEY AUTOINCREMENT NOT NULL,
	`course_id` integer NOT NULL,
	`title` text NOT NULL,
	`description` text DEFAULT '' NOT NULL,
	`order` integer NOT NULL,
	`completion_criteria` text DEFAULT 'content' NOT NULL,
	`content` text DEFAULT '' NOT NULL,
	`is_published` integer DEFAULT false NOT NULL,
	`created_at` integer NOT NULL,
	`updated_at` integer NOT NULL,
	`deleted_at` integer,
	FOREIGN KEY (`course_id`) REFERENCES `courses`(`id`) ON UPDATE no action ON DELETE no action
) STRICT;
--> statement-breakpoint
CREATE INDEX `modules_by_course` ON `modules` (`course_id`,`order`) WHERE "modules"."deleted_at" IS NULL;--> statement-breakpoint
CREATE INDEX `modules_of_course` ON `modules` (`course_id`);--> statement-breakpoint
CREATE INDEX `modules_by_order` ON `modules` (`order`) WHERE "modules"."deleted_at" IS NULL;--> statement-breakpoint
CREATE INDEX `modules_deleted` ON `modules` (`deleted_at`) WHERE "modules"."deleted_at" IS NOT NULL;--> statement-breakpoint
CREATE TABLE `module_progress` (
	`enrollment_id` integer NOT NULL,
	`module_id` integer NOT NULL,
	`started_at` integer,
	`content_completed_at` integer,
	`completed_at` integer,
	`time_spent_seconds` integer DEFAULT 0 NOT NULL,
	`last_activity_at` integer NOT NULL,
	`first_seen_at` integer,
	`reset_at` integer,
	`reset_attempt_id` integer,
	PRIMARY KEY(`enrollment_id`, `module_id`),
	FOREIGN KEY (`enrollment_id`) REFERENCES `enrollments`(`id`) ON UPDATE no action ON DELETE no action
) STRICT, WITHOUT ROWID;
--> statement-breakpoint
CREATE TABLE `study_time` (
	`enrollment_id` integer NOT NULL,
	`module_id` integer NOT NULL,
	`day` text NOT NULL,
	`seconds` integer NOT NULL,
	PRIMARY KEY(`enrollment_id`, `module_id`, `day`),
	FOREIGN KEY (`enrollment_id`) REFERENCES `enrollments`(`id`) ON UPDATE no action ON DELETE no action
) STRICT, WITHOUT ROWID;
--> statement-breakpoint
CREATE TABLE `qr_batches` (
	`id` integer PRIMARY KEY AUTOINCREMENT NOT NULL,
	`name` text NOT NULL,
	`description` text DEFAULT '' NOT NULL,
	`type` text NOT NULL,
	`created_by` integer NOT NULL,
	`created_at` integer NOT NULL,
	`updated_at` integer NOT NULL,
	FOREIGN KEY (`created_by`) REFERENCES `users`(`id`) ON UPDATE no action ON DELETE no action
) STRICT;
--> statement-breakpoint
CREATE INDEX `qr_batches_by_creator` ON `qr_batches` (`created_by`);--> statement-breakpoint
CREATE INDEX `qr_batches_by_type` ON `qr_batches` (`type`);--> statement-breakpoint
CREATE TABLE `qr_codes` (
	`id` integer PRIMARY KEY AUTOINCREMENT NOT NULL,
	`uuid` text NOT NULL,
	`batch_id` integer,
	`type` text NOT NULL,
	`target_id` integer NOT NULL,
	`course_id` integer NOT NULL,
	`created_by` integer NOT NULL,
	`is_revoked` integer DEFAULT false NOT NULL,
	`is_rotating` integer DEFAULT false NOT NULL,
	`max_scans` integer,
	`scan_count` integer DEFAULT 0 NOT NULL,
	`invalid_scan_count` integer DEFAULT 0 NOT NULL,
	`expires_at` integer,
	`is_expired` integer DEFAULT false NOT NULL,
	`created_at` integer NOT NULL,
	`updated_at` integer NOT NULL,
	`deleted_at` integer,
	`is_live` integer DEFAULT true NOT NULL,
	FOREIGN KEY (`batch_id`) REFERENCES `qr_batches`(`id`) ON UPDATE no action ON DELETE no action,
	FOREIGN KEY (`course_id`) REFERENCES `courses`(`id`) ON UPDATE no action ON DELETE no action,
	FOREIGN KEY (`created_by`) REFERENCES `users`(`id`) ON UPDATE no action ON DELETE no action
) STRICT;
--> statement-breakpoint
CREATE UNIQUE INDEX `qr_codes_uuid_unique` ON `qr_codes` (`uuid`);--> statement-breakpoint
CREATE INDEX `qr_codes_by_status` ON `qr_codes` (`is_revoked`,`is_expired`) WHERE "qr_codes"."is_live" = 1;--> statement-breakpoint
CREATE INDEX `qr_codes_by_course` ON `qr_codes` (`course_id`,`is_revoked`,`is_expired`) WHERE "qr_codes"."is_live" = 1;--> statement-breakpoint
CREATE INDEX `qr_codes_by_batch` ON `qr_codes` (`batch_id`,`is_revoked`,`is_expired`) WHERE "qr_codes"."is_live" = 1;--> statement-breakpoint
CREATE INDEX `qr_codes_by_expiry` ON `qr_codes` (`is_expired`,`expires_at`) WHERE "qr_codes"."is_revoked" = 0 AND "qr_codes"."expires_at" IS NOT NULL;--> statement-breakpoint
CREATE INDEX `qr_codes_of_course` ON `qr_codes` (`course_id`);--> statement-breakpoint
CREATE INDEX `qr_codes_of_module` ON `qr_codes` (`target_id`) WHERE "qr_codes"."type" IN ('attendance', 'module');--> statement-breakpoint
CREATE INDEX `qr_codes_deleted` ON `qr_codes` (`deleted_at`) WHERE "qr_codes"."deleted_at" IS NOT NULL;--> statement-breakpoint
CREATE TABLE `qr_scans` (
	`id` integer PRIMARY KEY NOT NULL,
	`qr_code_id` integer NOT NULL,
	`course_id` integer NOT NULL,
	`user_id` integer NOT NULL,
	`scanned_at` integer NOT NULL,
	`location` text DEFAULT '' NOT NULL,
	`device_info` text DEFAULT '' NOT NULL,
	`is_valid` integer NOT NULL,
	`validation_message` text,
	`ticket` text,
	FOREIGN KEY (`qr_code_id`) REFERENCES `qr_codes`(`id`) ON UPDATE no action ON DELETE no action,
	FOREIGN KEY (`course_id`) REFERENCES `courses`(`id`) ON UPDATE no action ON DELETE no action,
	FOREIGN KEY (`user_id`) REFERENCES `users`(`id`) ON UPDATE no action ON DELETE no action
) STRICT;
--> statement-breakpoint
CREATE INDEX `qr_scans_invalid` ON `qr_scans` (`id`) WHERE "qr_scans"."is_valid" = 0;--> statement-breakpoint
CREATE INDEX `qr_scans_by_course` ON `qr_scans` (`course_id`,`is_valid`);--> statement-breakpoint
CREATE INDEX `qr_scans_by_code` ON `qr_scans` (`qr_code_id`,`is_valid`);--> statement-breakpoint
CREATE INDEX `qr_scans_by_user` ON `qr_scans` (`user_id`,`qr_code_id`);--> statement-breakpoint
CREATE UNIQUE INDEX `qr_scans_ticket` ON `qr_scans` (`ticket`) WHERE "qr_scans"."ticket" IS NOT NULL;--> statement-breakpoint
CREATE TABLE `question_versions` (
	`id` integer PRIMARY KEY AUTOINCREMENT NOT NULL,
	`question_id` integer NOT NULL,
	`type` text NOT NULL,
	`text` text NOT NULL,
	`points_milli` integer DEFAULT 1000 NOT NULL,
	`explanation` text DEFAULT '' NOT NULL,
	`correct_feedback` text DEFAULT '' NOT NULL,
	`incorrect_feedback` text DEFAULT '' NOT NULL,
	`body` text DEFAULT '{}' NOT NULL,
	`created_at` integer NOT NULL,
	`drawn_at` integer,
	FOREIGN KEY (`question_id`) REFERENCES `questions`(`id`) ON UPDATE no action ON DELETE no action
) STRICT;
--> statement-breakpoint
CREATE INDEX `question_versions_by_question` ON `question_versions` (`question_id`);--> statement-breakpoint
CREATE TABLE `questions` (
	`id` integer PRIMARY KEY AUTOINCREMENT NOT NULL,
	`quiz_id` integer NOT NULL,
	`order` integer NOT NULL,
	`retired_at` integer,
	FOREIGN KEY (`quiz_id`) REFERENCES `quizzes`(`id`) ON UPDATE no action ON DELETE no action
) STRICT;
--> statement-breakpoint
CREATE INDEX `questions_by_quiz` ON `questions` (`quiz_id`,`order`);--> statement-breakpoint
CREATE TABLE `quizzes` (
	`id` integer PRIMARY KEY AUTOINCREMENT NOT NULL,
	`module_id` integer NOT NULL,
	`title` text NOT NULL,
	`description` text DEFAULT '' NOT NULL,
	`instructions` text DEFAULT '' NOT NULL,
	`time_limit_minutes` integer,
	`passing_score` integer DEFAULT 70 NOT NULL,
	`randomize_questions` integer DEFAULT false NOT NULL,
	`randomize_choices` integer DEFAULT false NOT NULL,
	`question_count` integer,
	`allow_multiple_attempts` integer DEFAULT true NOT NULL,
	`max_attempts` integer DEFAULT 3 NOT NULL,
	`is_published` integer DEFAULT false NOT NULL,
	`is_survey` integer DEFAULT false NOT NULL,
	`access_code` text,
	`allow_time_extension` integer DEFAULT false NOT NULL,
	`show_feedback` text DEFAULT 'immediate' NOT NULL,
	`grading_policy` text DEFAULT 'highest' NOT NULL,
	`available_from` integer,
	`available_until` integer,
	`created_at` integer NOT NULL,
	`updated_at` integer NOT NULL,
	`deleted_at` integer,
	FOREIGN KEY (`module_id`) REFERENCES `modules`(`id`) ON UPDATE no action ON DELETE no action,
	CONSTRAINT "quizzes_window" CHECK("quizzes"."available_until" > "quizzes"."available_from")
) STRICT;
--> statement-breakpoint
CREATE INDEX `quizzes_by_module` ON `quizzes` (`module_id`) WHERE "quizzes"."deleted_at" IS NULL;--> statement-breakpoint
CREATE INDEX `quizzes_of_module` ON `quizzes` (`module_id`);--> statement-breakpoint
CREATE INDEX `quizzes_live` ON `quizzes` (`id`) WHERE "quizzes"."deleted_at" IS NULL;--> statement-breakpoint
CREATE INDEX `quizzes_by_published` ON `quizzes` (`is_published`) WHERE "quizzes"."deleted_at" IS NULL;--> statement-breakpoint
CREATE INDEX `quizzes_by_survey` ON `quizzes` (`is_survey`) WHERE "quizzes"."deleted_at" IS NULL;--> statement-breakpoint
CREATE INDEX `quizzes_by_published_survey` ON `quizzes` (`is_published`,`is_survey`) WHERE "quizzes"."deleted_at" IS NULL;--> statement-breakpoint
CREATE INDEX `quizzes_deleted` ON `quizzes` (`deleted_at`) WHERE "quizzes"."deleted_at" IS NOT NULL;--> statement-breakpoint
CREATE TABLE `activity_days` (
	`user_id` integer NOT NULL,
	`day` integer NOT NULL,
	`course_id` integer NOT NULL,
	`event_count` integer NOT NULL,
	PRIMARY KEY(`user_id`, `day`, `course_id`),
	FOREIGN KEY (`user_id`) REFERENCES `users`(`id`) ON UPDATE no action ON DELETE no action
) STRICT, WITHOUT ROWID;
--> statement-breakpoint
CREATE INDEX `activity_days_by_course` ON `activity_days` (`course_id`,`day`) WHERE "activity_days"."course_id" > 0;--> statement-breakpoint
CREATE TABLE `course_days` (
	`course_id` integer NOT NULL,
	`day` text NOT NULL,
	`enrollment_count` integer DEFAULT 0 NOT NULL,
	`completion_count` integer DEFAULT 0 NOT NULL,
	PRIMARY KEY(`course_id`, `day`),
	FOREIGN KEY (`course_id`) REFERENCES `courses`(`id`) ON UPDATE no action ON DELETE no action
) STRICT, WITHOUT ROWID;
--> statement-breakpoint
CREATE TABLE `item_statistics` (
	`question_version_id` integer PRIMARY KEY NOT NULL,
	`shown_count` integer DEFAULT 0 NOT NULL,
	`seconds` integer DEFAULT 0 NOT NULL,
	`graded_count` integer DEFAULT 0 NOT NULL,
	`correct_count` integer DEFAULT 0 NOT NULL,
	`scored_count` integer DEFAULT 0 NOT NULL,
	`share_sum` integer DEFAULT 0 NOT NULL,
	`pair_count` integer DEFAULT 0 NOT NULL,
	`item_sum` integer DEFAULT 0 NOT NULL,
	`rest_sum` integer DEFAULT 0 NOT NULL,
	`item_squares` integer DEFAULT 0 NOT NULL,
	`rest_squares` integer DEFAULT 0 NOT NULL,
	`products` integer DEFAULT 0 NOT NULL,
	FOREIGN KEY (`question_version_id`) REFERENCES `question_versions`(`id`) ON UPDATE no action ON DELETE no action
) STRICT;
--> statement-breakpoint
CREATE TABLE `module_days` (
	`module_id` integer NOT NULL,
	`day` text NOT NULL,
	`enrolled_completion_count` integer DEFAULT 0 NOT NULL,
	`enrolled_study_seconds` integer DEFAULT 0 NOT NULL,
	`interaction_count` integer DEFAULT 0 NOT NULL,
	PRIMARY KEY(`module_id`, `day`),
	FOREIGN KEY (`module_id`) REFERENCES `modules`(`id`) ON UPDATE no action ON DELETE no action
) STRICT, WITHOUT ROWID;
--> statement-breakpoint
CREATE TABLE `module_statistics` (
	`module_id` integer PRIMARY KEY NOT NULL,
	`view_count` integer DEFAULT 0 NOT NULL,
	`completion_count` integer DEFAULT 0 NOT NULL,
	`enrolled_completion_count` integer DEFAULT 0 NOT NULL,
	`study_seconds` integer DEFAULT 0 NOT NULL,
	`enrolled_study_seconds` integer DEFAULT 0 NOT NULL,
	`interaction_count` integer DEFAULT 0 NOT NULL,
	FOREIGN KEY (`module_id`) REFERENCES `modules`(`id`) ON UPDATE no action ON DELETE no action
) STRICT;
--> statement-breakpoint
CREATE TABLE `qr_tallies` (
	`batch_id` integer NOT NULL,
	`kind` text NOT NULL,
	`expires_at` integer NOT NULL,
	`course_id` integer NOT NULL,
	`count` integer NOT NULL,
	PRIMARY KEY(`batch_id`, `kind`, `expires_at`, `course_id`)
) STRICT, WITHOUT ROWID;
--> statement-breakpoint
CREATE INDEX `qr_tallies_by_course` ON `qr_tallies` (`course_id`,`kind`,`expires_at`) WHERE "qr_tallies"."batch_id" = 0;--> statement-breakpoint
CREATE INDEX `qr_tallies_batches` ON `qr_tallies` (`course_id`,`batch_id`) WHERE "qr_tallies"."kind" = 'codes' AND "qr_tallies"."batch_id" > 0;--> statement-breakpoint
CREATE TABLE `quiz_days` (
	`quiz_id` integer NOT NULL,
	`day` text NOT NULL,
	`scored_count` integer DEFAULT 0 NOT NULL,
	`passed_count` integer DEFAULT 0 NOT NULL,
	PRIMARY KEY(`quiz_id`, `day`),
	FOREIGN KEY (`quiz_id`) REFERENCES `quizzes`(`id`) ON UPDATE no action ON DELETE no action
) STRICT, WITHOUT ROWID;
--> statement-breakpoint
CREATE TABLE `quiz_statistics` (
	`quiz_id` integer PRIMARY KEY NOT NULL,
	`in_progress` integer DEFAULT 0 NOT NULL,
	`completed` integer DEFAULT 0 NOT NULL,
	`timed_out` integer DEFAULT 0 NOT NULL,
	`abandoned` integer DEFAULT 0 NOT NULL,
	`pending_essays` integer DEFAULT 0 NOT NULL,
	`scored_count` integer DEFAULT 0 NOT NULL,
	`score_sum` integer DEFAULT 0 NOT NULL,
	`passed_count` integer DEFAULT 0 NOT NULL,
	`seconds` integer DEFAULT 0 NOT NULL,
	FOREIGN KEY (`quiz_id`) REFERENCES `quizzes`(`id`) ON UPDATE no action ON DELETE no action
) STRICT;
--> statement-breakpoint
CREATE TABLE `totals` (
	`name` text PRIMARY KEY NOT NULL,
	`value` integer DEFAULT 0 NOT NULL
) STRICT, WITHOUT ROWID;
--> statement-breakpoint
CREATE TABLE `password_resets` (
	`token_hash` text PRIMARY KEY NOT NULL,
	`user_id` integer NOT NULL,
	`issued_by` integer NOT NULL,
	`expires_at` integer NOT NULL,
	FOREIGN KEY (`user_id`) REFERENCES `users`(`id`) ON UPDATE no action ON DELETE no action,
	FOREIGN KEY (`issued_by`) REFERENCES `users`(`id`) ON UPDATE no action ON DELETE no action
) STRICT, WITHOUT ROWID;
--> statement-breakpoint
CREATE INDEX `password_resets_expires_at` ON `password_resets` (`expires_at`);--> statement-breakpoint
CREATE INDEX `password_resets_user` ON `password_resets` (`user_id`);--> statement-breakpoint
CREATE TABLE `revoked_tokens` (
	`jti` text PRIMARY KEY NOT NULL,
	`expires_at` integer NOT NULL
) STRICT, WITHOUT ROWID;
--> statement-breakpoint
CREATE INDEX `revoked_tokens_expires_at` ON `revoked_tokens` (`expires_at`);--> statement-breakpoint
CREATE TABLE `users` (
	`id` integer PRIMARY KEY AUTOINCREMENT NOT NULL,
	`username` text NOT NULL,
	`username_key` text NOT NULL,
	`email` text NOT NULL,
	`email_key` text NOT NULL,
	`password_hash` text,
	`google_id` text,
	`first_name` text DEFAULT '' NOT NULL,
	`last_name` text DEFAULT '' NOT NULL,
	`bio` text DEFAULT '' NOT NULL,
	`student_id` text DEFAULT '' NOT NULL,
	`department` text DEFAULT '' NOT NULL,
	`profile_picture` text,
	`is_instructor` integer DEFAULT false NOT NULL,
	`is_staff` integer DEFAULT false NOT NULL,
	`is_active` integer DEFAULT true NOT NULL,
	`session_version` integer DEFAULT 1 NOT NULL,
	`created_at` integer NOT NULL,
	`updated_at` integer NOT NULL,
	`last_login_at` integer
) STRICT;
--> statement-breakpoint
CREATE UNIQUE INDEX `users_usernameKey_unique` ON `users` (`username_key`);--> statement-breakpoint
CREATE UNIQUE INDEX `users_emailKey_unique` ON `users` (`email_key`);--> statement-breakpoint
CREATE UNIQUE INDEX `users_googleId_unique` ON `users` (`google_id`);--> statement-breakpoint
CREATE INDEX `users_active_staff` ON `users` (`id`) WHERE "users"."is_staff" = 1 AND "users"."is_active" = 1;