using OrleansTemporal.Agents;
using OrleansTemporal.Channels;

namespace OrleansTemporal.Subscriptions;

/// <summary>A delta on its way to a webhook.</summary>
/// <param name="Subscription">Id of the subscription.</param>
/// <param name="Delta">The delta.</param>
/// <param name="Explanation">What it says.</param>
/// <param name="Cursor">The place behind it.</param>
public sealed record WebhookEvent(string Subscription, AgentDelta Delta, DeltaExplanation Explanation, ChannelCursor Cursor);
