// Common first and last names of West Flanders, combined by chance: nobody in particular.

export const FIRST_NAMES = (
  'Noor Lucas Emma Arthur Olivia Liam Mila Noah Louise Jules Ella Adam Juliette Finn Marie Victor Lotte Lars Anna Mathis ' +
  'Fien Stan Amber Kobe Hanne Wout Femke Jonas Sofie Bram Lien Pieter Katrien Jeroen An Koen Els Tom Ilse Bart Greet Luc ' +
  'Rita Marc Christine Johan Martine Patrick Nicole Dirk Godelieve Willy Simonne Roger Yvonne Jozef Maria Albert Irma ' +
  'Yasmine Mohamed Aya Amir Fatima Elif Ahmad Oksana Danylo Zofia Jakub Priya Samuel Grace'
).split(' ');

export const LAST_NAMES = [
  ...(
    'Vandamme Declercq Vanhoutte Dewulf Vermeersch Deprez Verhaeghe Lefevere Vandenbroucke Demeulenaere Vandewalle ' +
    'Debruyne Catteeuw Ghyselen Dehaene Verschaeve Vanneste Claeys Desmet Degryse Masschelein Boone Vercruysse Callens ' +
    'Parmentier Devos Maes Goudeseune Lermyte Bossaert Cappoen Decrock Deturck Feys Gheeraert Hoflack Igodt Jacobs ' +
    'Kestelyn Lowie Moenaert Noyelle Ollivier Pattyn Quaghebeur Rommelaere Samyn Top Ureel Vieren Wyffels Ameloot ' +
    'Bulcke Coene Dalle Everaert Florizoone Huyghe Lamote Meersseman Ossieur Provoost Rosseel Soenen Tahon Vulsteke'
  ).split(' '),
  'Vande Ginste',
  'Van Acker',
  'De Cuyper',
  'Vanden Berghe',
  'El Amrani',
  'Yildiz',
  'Nguyen',
  'Kowalski',
  'Kovalenko',
];
