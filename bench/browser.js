export const measureInBrowser = async () => {
  throw new Error("x");
};
