/** A page of something that exists has its id in the address; anything else is no page. */
export const match = (param: string): boolean => /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i.test(param);
