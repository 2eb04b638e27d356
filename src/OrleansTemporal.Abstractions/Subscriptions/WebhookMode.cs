namespace OrleansTemporal.Subscriptions;

/// <summary>Where the attributes of a CloudEvent stand in a request. The numbers are part of stored formats.</summary>
public enum WebhookMode : byte
{
    /// <summary>In headers; the body is the payload.</summary>
    Binary = 1,

    /// <summary>In the body, one JSON object with the payload in it.</summary>
    Structured = 2,
}
