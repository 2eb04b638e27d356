using System.Text;
using OrleansTemporal.Causality;
using OrleansTemporal.Channels;
using OrleansTemporal.Errors;

namespace OrleansTemporal.Subscriptions;

/// <summary>What a request for a subscription has to keep, and which deltas one lets through.</summary>
internal static class SubscriptionRules
{
    /// <summary>Refuses what can not be.</summary>
    /// <exception cref="TemporalException">Invalid, <c>invalid_field</c>, <c>invalid_name</c>, naming the field.</exception>
    public static void Require(SubscriptionOrder order)
    {
        Check(order.Name.Length <= Limits.NameLengthMax, "name", $"has at most {Limits.NameLengthMax} characters", Limits.NameLengthMax);
        Check(!order.Channels.IsDefaultOrEmpty && order.Channels.Length <= Limits.SubscriptionChannelsMax, "channels", $"names 1 to {Limits.SubscriptionChannelsMax} channels", Limits.SubscriptionChannelsMax);
        foreach (var channel in order.Channels)
        {
            Names.Validate(channel, "channels");
        }

        SubscriptionFilterRules.Validate(order.Filter, "filter");
        Check(order.From is "now" or "beginning" || ChannelCursor.TryParse(order.From, out _), "from", "is 'now', 'beginning' or a cursor", null);
        Check(order.Lease >= TimeSpan.FromMilliseconds(1) && order.Lease <= Limits.SubscriptionLeaseMax, "lease", "is from 1ms to 1d", (long)Limits.SubscriptionLeaseMax.TotalSeconds);
        Check(order.MaxTries is >= 1 and <= Limits.SubscriptionTriesMax, "maxTries", $"is from 1 to {Limits.SubscriptionTriesMax}", Limits.SubscriptionTriesMax);
        if (order.Webhook is { } webhook)
        {
            Check(webhook.Url.Length <= Limits.WebhookUrlLengthMax, "webhook.url", $"has at most {Limits.WebhookUrlLengthMax} characters", Limits.WebhookUrlLengthMax);
            Check(
                Uri.TryCreate(webhook.Url, UriKind.Absolute, out var address) && address.Scheme is "http" or "https" && address.UserInfo.Length == 0,
                "webhook.url",
                "is an absolute http or https address without a user",
                null);
            Check(webhook.Secret is null || Encoding.UTF8.GetByteCount(webhook.Secret) is >= 1 and <= Limits.WebhookSecretBytesMax, "webhook.secret", $"has 1 to {Limits.WebhookSecretBytesMax} bytes", Limits.WebhookSecretBytesMax);
        }
    }

    /// <summary>Everything that makes two requests differ.</summary>
    public static byte[] BytesOf(SubscriptionOrder order) => SubscriptionJson.Write(new SubscriptionDefinition
    {
        Name = order.Name,
        Channels = order.Channels,
        Source = order.From,
        Guarantee = DeliveryGuarantee.AtLeastOnce,
        Filter = order.Filter,
        Lease = order.Lease,
        MaxTries = order.MaxTries,
        Webhook = order.Webhook,
    });

    private static void Check(bool holds, string field, string rule, long? limit)
    {
        if (!holds)
        {
            throw new TemporalException(ErrorKind.Invalid, ErrorCodes.InvalidField, $"'{field}' {rule}.") { Field = field, Limit = limit };
        }
    }
}
