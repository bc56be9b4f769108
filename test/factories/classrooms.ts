/** Courses with the people in them. */
import { enrolled, makeCourse, makeModule } from './courses.ts'
import { insertQuizWithQuestions, type MadeQuiz } from './quizzes.ts'
import { at, insertEnrollment, insertModule, insertProgress, type Values } from './rows.ts'
import { makeInstructor, makeStaff, makeUser, type TestUser, type UserFields } from './users.ts'

// biome-ignore lint/suspicious/noExplicitAny: what the routes answered
type Body = any

/** A published course of one published module, with a learner in it. */
export async function makeTaughtCourse(learnerFields: UserFields = {}, moduleFields: Record<string, unknown> = {}) {
  const [owner, learner] = [await makeInstructor(), await makeUser(learnerFields)]
  const course = await makeCourse(owner)
  const module = await makeModule(owner, course.id, moduleFields)
  return { owner, learner, course, module, enrollment: await enrolled(learner, course) }
}

/** The same, and everybody else who may or may not look at it. */
export async function makeClassroom() {
  const [rival, staff, stranger] = [await makeInstructor(), await makeStaff(), await makeUser()]
  return { ...(await makeTaughtCourse()), rival, staff, stranger }
}

export type Hall = {
  instructor: TestUser
  learner: TestUser
  course: Body
  module: Body
  quiz: MadeQuiz
  /** Of the learner. */
  enrollment: Body
}

/** A course with a module, a quiz and an enrolled learner. */
export async function makeHall(fields: Values = {}, questions?: object[]): Promise<Hall> {
  const { owner: instructor, ...taught } = await makeTaughtCourse({}, { completion_criteria: 'quiz' })
  return { instructor, ...taught, quiz: await insertQuizWithQuestions(taught.module.id, fields, questions) }
}

/**
 * A course of two published modules and a hidden one. Of four learners Ada has completed both modules (and the course),
 * Bob one, Cyd none, Dan dropped out with one.
 */
export async function makeStudiedCourse() {
  const owner = await makeInstructor({ firstName: 'John', lastName: 'Smith' })
  const course = await makeCourse(owner, { title: 'Introduction to Programming' })
  const [first, second] = [
    await insertModule(course.id, { title: 'First' }),
    await insertModule(course.id, { title: 'Second', order: 2 }),
  ]
  const hidden = await insertModule(course.id, { title: 'Hidden', order: 3, is_published: 0 })
  const [ada, bob, cyd, dan] = [
    await makeUser({ firstName: 'Ada', lastName: 'Byron' }),
    await makeUser(),
    await makeUser(),
    await makeUser(),
  ]
  const completed = { status: 'completed', completed_at: at('2026-03-10') }
  const enrollments = {
    ada: await insertEnrollment(ada.id, course.id, { enrolled_at: at('2026-03-01'), ...completed }),
    bob: await insertEnrollment(bob.id, course.id, { enrolled_at: at('2026-03-02T23:59:59Z') }),
    cyd: await insertEnrollment(cyd.id, course.id, { enrolled_at: at('2026-03-03') }),
    dan: await insertEnrollment(dan.id, course.id, { enrolled_at: at('2026-03-01'), status: 'dropped' }),
  }
  const done = { completed_at: at('2026-03-09') }
  await insertProgress(enrollments.ada, first, done)
  await insertProgress(enrollments.ada, second, done)
  await insertProgress(enrollments.bob, first, done)
  await insertProgress(enrollments.bob, hidden, done)
  await insertProgress(enrollments.dan, first, done)
  await insertProgress(enrollments.cyd, second)
  return { owner, course, first, second, hidden, ada, bob, cyd, dan, enrollments }
}
