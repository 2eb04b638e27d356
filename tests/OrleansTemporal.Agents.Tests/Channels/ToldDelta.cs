using System.Text.Json.Nodes;
using OrleansTemporal.Causality;
using OrleansTemporal.Channels;

namespace OrleansTemporal.Agents.Tests.Channels;

/// <summary>What a delta has to say, as whoever wrote it knows.</summary>
internal sealed record ToldDelta(AgentId Agent, long Sequence, double Magnitude, Dictionary<string, string> Metadata, List<ToldChange> Changes);

/// <summary>One of its changes.</summary>
internal sealed record ToldChange(ChangeType Type, string Key, JsonNode? Value, double Magnitude);
