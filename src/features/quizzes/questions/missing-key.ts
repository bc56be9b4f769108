import { type SQL, sql } from 'drizzle-orm'

/**
 * `missingKey` in SQL, of a row of `question_versions`. The database checks it, because otherwise one request could end a
 * survey while another removes a question's key.
 */
export function lacksKey(version: string): SQL {
  const [type, body] = [sql.raw(`${version}.type`), sql.raw(`${version}.body`)]
  const correct = sql`(SELECT count(*) FROM json_each(${body}, '$.choices') WHERE value->>'$.isCorrect')`
  return sql`CASE ${type}
    WHEN 'multiple_choice' THEN ${correct} = 0
    WHEN 'multiple_select' THEN ${correct} = 0
    WHEN 'true_false' THEN ${body}->>'$.correctAnswer' IS NULL
    WHEN 'short_answer' THEN json_array_length(${body}, '$.acceptedAnswers') = 0
    WHEN 'numeric' THEN ${body}->>'$.correctValue' IS NULL
    WHEN 'fill_in_blank' THEN EXISTS (SELECT 1 FROM json_each(${body}, '$.blanks') WHERE json_array_length(value) = 0)
    ELSE 0 END`
}
