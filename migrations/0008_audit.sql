CREATE TABLE `audit` (
	`id` integer PRIMARY KEY AUTOINCREMENT NOT NULL,
	`at` integer NOT NULL,
	`actor_id` integer NOT NULL,
	`action` text NOT NULL,
	`user_id` integer,
	`course_id` integer,
	`target_id` integer NOT NULL,
	`old` text,
	`new` text,
	`delivery_id` text,
	FOREIGN KEY (`actor_id`) REFERENCES `users`(`id`) ON UPDATE no action ON DELETE no action,
	FOREIGN KEY (`user_id`) REFERENCES `users`(`id`) ON UPDATE no action ON DELETE no action
) STRICT;
--> statement-breakpoint
CREATE UNIQUE INDEX `audit_deliveryId_unique` ON `audit` (`delivery_id`);--> statement-breakpoint
CREATE INDEX `audit_by_time` ON `audit` (`at`);--> statement-breakpoint
CREATE INDEX `audit_by_course` ON `audit` (`course_id`,`at`);--> statement-breakpoint
CREATE INDEX `audit_by_user` ON `audit` (`user_id`,`at`);--> statement-breakpoint
CREATE INDEX `audit_by_actor` ON `audit` (`actor_id`,`at`);--> statement-breakpoint
CREATE INDEX `audit_by_action` ON `audit` (`action`,`at`);