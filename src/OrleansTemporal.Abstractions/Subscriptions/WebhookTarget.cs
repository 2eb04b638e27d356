namespace OrleansTemporal.Subscriptions;

/// <summary>Where a subscription pushes its deltas to.</summary>
public sealed record WebhookTarget
{
    /// <summary>An absolute <c>http</c> or <c>https</c> address without user information, at most <see cref="Limits.WebhookUrlLengthMax"/> characters.</summary>
    public required string Url { get; init; }

    /// <summary>Key of the signatures, at most <see cref="Limits.WebhookSecretBytesMax"/> bytes of UTF-8; null for requests without any. Never shown again.</summary>
    public string? Secret { get; init; }

    /// <summary>The form of the requests.</summary>
    public WebhookMode Mode { get; init; } = WebhookMode.Binary;
}
