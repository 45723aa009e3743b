-- Health of acequia.dev/DataPipeline and DataPipelineReplay. Argo CD does not inherit the health of
-- children, so this reads what the operator summed up in the conditions.
local health = {status = "Progressing", message = "The operator has not seen it yet"}
local status = obj.status
if status == nil or status.observedGeneration == nil then
  return health
end
if status.observedGeneration < obj.metadata.generation then
  health.message = "The operator has not seen the last change yet"
  return health
end

local ready, stalled
for _, condition in ipairs(status.conditions or {}) do
  if condition.type == "Ready" then
    ready = condition
  elseif condition.type == "Stalled" then
    stalled = condition
  end
end

if stalled ~= nil and stalled.status == "True" then
  -- Only a person can help, and the message says how.
  health.status = "Degraded"
  health.message = stalled.reason .. ": " .. stalled.message
elseif ready == nil then
  health.message = "The operator has not judged it yet"
elseif ready.status == "True" then
  health.status = obj.spec.suspend and "Suspended" or "Healthy"
  health.message = ready.message
else
  health.message = ready.reason .. ": " .. ready.message
end
return health
