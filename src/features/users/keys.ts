/**
 * How usernames and addresses are compared: whatever their case and composition. Down, up and down again, because letters
 * meet only so: ẞ, ß and SS; Σ, σ and ς. (SQLite folds ASCII only, so the key is stored.)
 */
export const keyOf = (name: string) =>
  name.normalize('NFKC').trim().toLowerCase().toUpperCase().toLowerCase().normalize('NFKC')
