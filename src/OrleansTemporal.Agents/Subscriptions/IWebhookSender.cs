namespace OrleansTemporal.Subscriptions;

/// <summary>The way out of the process for subscriptions that push; a host that knows HTTP plugs it in.</summary>
public interface IWebhookSender
{
    /// <summary>Delivers one delta and completes when its receiver has taken it.</summary>
    /// <exception cref="Errors.TemporalException">Unavailable, <c>webhook_failed</c>: it was not taken, and may be tried again; Forbidden, <c>webhook_refused</c>: the address is not allowed.</exception>
    ValueTask SendAsync(WebhookTarget target, WebhookEvent message, CancellationToken cancellationToken);
}
