/** As `worker.ts`, but nothing gathers learners: each start and each end asks D1 for itself alone. */
export * from './worker.ts'
export { default } from './worker.ts'
