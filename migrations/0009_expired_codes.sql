-- Codes that have expired already are flagged by cron, 50,000 a run. Until then lists are right, and only dearer.
DROP INDEX `qr_codes_by_revoked`;--> statement-breakpoint
DROP INDEX `qr_codes_by_course`;--> statement-breakpoint
DROP INDEX `qr_codes_by_creator`;--> statement-breakpoint
DROP INDEX `qr_codes_by_batch`;--> statement-breakpoint
ALTER TABLE `qr_codes` ADD `is_expired` integer DEFAULT false NOT NULL;--> statement-breakpoint
CREATE INDEX `qr_codes_by_status` ON `qr_codes` (`is_revoked`,`is_expired`,`id`) WHERE "qr_codes"."is_live" = 1;--> statement-breakpoint
CREATE INDEX `qr_codes_by_expiry` ON `qr_codes` (`is_expired`,`expires_at`) WHERE "qr_codes"."is_revoked" = 0 AND "qr_codes"."expires_at" IS NOT NULL;--> statement-breakpoint
CREATE INDEX `qr_codes_by_course` ON `qr_codes` (`course_id`,`is_revoked`,`is_expired`,`id`) WHERE "qr_codes"."is_live" = 1;--> statement-breakpoint
CREATE INDEX `qr_codes_by_creator` ON `qr_codes` (`created_by`,`is_revoked`,`is_expired`,`id`) WHERE "qr_codes"."is_live" = 1;--> statement-breakpoint
CREATE INDEX `qr_codes_by_batch` ON `qr_codes` (`batch_id`,`is_revoked`,`is_expired`,`id`) WHERE "qr_codes"."is_live" = 1;