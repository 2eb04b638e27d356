using Spectre.Console;

namespace OrleansTemporal.Commands;

/// <summary>A bar on standard error while work goes on, for people who watch.</summary>
internal static class ProgressBars
{
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(100);

    /// <param name="share">From 0 to 1; 0 as long as it isn't known.</param>
    public static async Task ShowAsync(Session session, string title, Func<double> share, Func<Task> work)
    {
        if (!session.Terminal.IsErrorInteractive || session.Answers.IsJson)
        {
            await work();
            return;
        }

        await session.Answers.Messages.Progress()
            .AutoClear(true)
            .Columns(new TaskDescriptionColumn(), new ProgressBarColumn(), new PercentageColumn(), new RemainingTimeColumn())
            .StartAsync(async context =>
            {
                var bar = context.AddTask(Markup.Escape(title), maxValue: 1);
                var running = work();
                while (await Task.WhenAny(running, Task.Delay(Interval)) != running)
                {
                    var now = share();
                    bar.IsIndeterminate = now <= 0;
                    bar.Value = now;
                }

                await running;
                bar.Value = 1;
            });
    }
}
