/** Of the app as it was built: an installed one may be a month older than the server. */
export const APP_VERSION: string = __APP_VERSION__;
