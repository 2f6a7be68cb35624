import { ApiError } from "@/api/client";
import { Failure } from "@/components/Failure";

const MISSING = new ApiError(404, { code: "not_found", message: "", detail: {} });

/** For addresses that no page has. */
export function Missing() {
  return <Failure error={MISSING} />;
}
