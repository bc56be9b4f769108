"""The story of the other clients, with the one that openapi-python-client makes."""

import sys

from learnmore import AuthenticatedClient, Client
from learnmore import models as m
from learnmore.api.authentication import login
from learnmore.api.courses_enrollments import enroll
from learnmore.api.quiz_system import complete_attempt, get_attempt_result, list_quizzes, start_attempt, submit_response
from learnmore.api.users_profiles import list_users

ORIGIN, USERNAME = sys.argv[1:]

Answer = (
    m.MultipleChoiceAnswer
    | m.MultipleSelectAnswer
    | m.TrueFalseAnswer
    | m.ShortAnswerAnswer
    | m.NumericAnswer
)


def answer_to(question: object) -> Answer:
    """An answer by the type of the question: the class tells it."""
    if isinstance(question, m.MultipleChoiceAttemptQuestion):
        return m.MultipleChoiceAnswer(selected_choice=question.choices[0].id)
    if isinstance(question, m.MultipleSelectAttemptQuestion):
        return m.MultipleSelectAnswer(selected_choices=[question.choices[0].id])
    if isinstance(question, m.TrueFalseAttemptQuestion):
        return m.TrueFalseAnswer(selected_answer=True)
    if isinstance(question, m.ShortAnswerAttemptQuestion):
        return m.ShortAnswerAnswer(text="an answer")
    assert isinstance(question, m.NumericAttemptQuestion), question
    return m.NumericAnswer(value=3)


session = login.sync(
    client=Client(base_url=ORIGIN), body=m.LoginRequest(username=USERNAME, password="securepassword123")
)
assert isinstance(session, m.Session), session
client = AuthenticatedClient(base_url=ORIGIN, token=session.access)

enrolled = enroll.sync("introduction-to-programming", client=client)
assert isinstance(enrolled, m.Enrollment), enrolled
quizzes = list_quizzes.sync(client=client, course=enrolled.course, cursor="")
assert isinstance(quizzes, m.QuizPage), quizzes
assert any(quiz.id == 2 for quiz in quizzes.results)

attempt = start_attempt.sync(2, client=client, body=m.StartAttemptRequest())
assert isinstance(attempt, m.StartedAttempt), attempt
for question in attempt.questions:
    saved = submit_response.sync(
        attempt.id,
        client=client,
        body=m.SubmitResponseRequest(question=question.id, response_data=answer_to(question)),
    )
    assert isinstance(saved, m.SavedResponse), saved
ended = complete_attempt.sync(attempt.id, client=client)
assert isinstance(ended, m.EndedAttempt) and ended.status == m.EndedAttemptStatus.COMPLETED, ended
result = get_attempt_result.sync(attempt.id, client=client)
assert isinstance(result, m.AttemptResult), result
assert len(result.responses) == len(attempt.questions)

refused = list_users.sync(client=client)
assert isinstance(refused, m.ErrorDetail) and refused.code == m.ErrorCode.PERMISSION_DENIED, refused
print(f"score {result.score}")
