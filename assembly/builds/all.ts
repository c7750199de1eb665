/** The build with every algorithm of XEP-0116 §8. */

// @ts-ignore: decorator
@global @inline
const ALL_ALGORITHMS: bool = true;

export { dsaCheck, dsaPublic, dsaSecret, dsaSign, dsaVerify } from "../dsa/index";
