/** The people of the demo: first and last names by role, in the order of their ids. */
export type Name = readonly [first: string, last: string]

export const STAFF: Name = ['Grace', 'Okonkwo']

export const INSTRUCTORS: readonly (readonly [username: string, ...Name])[] = [
  ['jsmith', 'John', 'Smith'],
  ['mgarcia', 'María', 'García'],
  ['lchen', 'Li', 'Chen'],
]

/** Learners have the usernames student1, student2 … */
export const LEARNERS: readonly Name[] = [
  ['John', 'Doe'],
  ['Amara', 'Okafor'],
  ['Sofia', 'Rossi'],
  ['Liam', "O'Connor"],
  ['Yuki', 'Tanaka'],
  ['Fatima', 'Al-Sayed'],
  ['Lucas', 'Silva'],
  ['Chloé', 'Lefèvre'],
  ['Arjun', 'Patel'],
  ['Emma', 'Johansson'],
  ['Mateo', 'Fernández'],
  ['Zanele', 'Dlamini'],
  ['Noah', 'Schneider'],
  ['Priya', 'Sharma'],
  ['Oliver', 'Brown'],
  ['Mei', 'Lin'],
  ['Ahmed', 'Hassan'],
  ['Isabella', 'Martínez'],
  ['Jakub', 'Nowak'],
  ['Aisha', 'Mohammed'],
  ['Ethan', 'Williams'],
  ['Hana', 'Kim'],
  ['Samuel', 'Mensah'],
  ['Léa', 'Dubois'],
  ['Daniel', 'Cohen'],
  ['Nguyễn', 'Minh Anh'],
  ['Freya', 'Hansen'],
  ['Omar', 'Haddad'],
  ['Grace', 'Wanjiru'],
  ['Tomáš', 'Novák'],
  ['Camila', 'Rojas'],
  ['Ryan', 'Murphy'],
  ['Ananya', 'Iyer'],
  ['Finn', 'de Vries'],
  ['Leila', 'Rahimi'],
  ['Marcus', 'Johnson'],
  ['Ingrid', 'Larsen'],
  ['Diego', 'Morales'],
  ['Sara', 'Lindqvist'],
  ['Kwame', 'Boateng'],
]

export const DEPARTMENTS = ['Computer Science', 'Mathematics', 'Economics', 'Linguistics', 'Biology'] as const

export const DEMO_PASSWORD = 'securepassword123'
