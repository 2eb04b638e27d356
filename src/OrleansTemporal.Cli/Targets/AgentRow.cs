using OrleansTemporal.Causality;

namespace OrleansTemporal.Targets;

/// <summary>One agent of the workspace, as far as every target tells.</summary>
internal sealed record AgentRow(AgentId Agent, long Sequence, Distinction Root, long HotBytes, long WarmBytes, long ColdBytes, long DeepBytes, long SegmentCount);
