/** Whether a text shows nothing: of spaces alone, or of characters that no font draws, as a zero-width space. */
export const isBlank = (text: string): boolean => !/[^\s\p{Default_Ignorable_Code_Point}]/u.test(text);
