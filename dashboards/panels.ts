import {
  BigValueColorMode,
  BigValueGraphMode,
  GraphDrawStyle,
  LegendDisplayMode,
  LegendPlacement,
  ReduceDataOptionsBuilder,
  SortOrder,
  StackingConfigBuilder,
  StackingMode,
  TooltipDisplayMode,
  VisibilityMode,
  VizLegendOptionsBuilder,
  VizTooltipOptionsBuilder,
} from '@grafana/grafana-foundation-sdk/common';
import { PanelBuilder as StatBuilder } from '@grafana/grafana-foundation-sdk/stat';
import { PanelBuilder as TableBuilder } from '@grafana/grafana-foundation-sdk/table';
import { PanelBuilder as TimeseriesBuilder } from '@grafana/grafana-foundation-sdk/timeseries';
import { SqlQueryBuilder } from './sql-query.ts';
import { DATASOURCE } from './variables.ts';

/** What every panel says of itself. */
export interface PanelText {
  readonly title: string;
  /** One sentence behind the panel's information sign. */
  readonly description: string;
  readonly sql: string;
}

/** Curves over time: the query gives `time`, values, and text columns as labels. */
export function curves({ title, description, sql }: PanelText): TimeseriesBuilder {
  return new TimeseriesBuilder()
    .title(title)
    .description(description)
    .datasource(DATASOURCE)
    .withTarget(new SqlQueryBuilder('timeseries', sql))
    .height(8)
    .span(12)
    .lineWidth(1)
    .fillOpacity(8)
    .showPoints(VisibilityMode.Never)
    .legend(
      new VizLegendOptionsBuilder()
        .displayMode(LegendDisplayMode.List)
        .placement(LegendPlacement.Bottom)
        .showLegend(true),
    )
    .tooltip(new VizTooltipOptionsBuilder().mode(TooltipDisplayMode.Multi).sort(SortOrder.Descending));
}

/** Stacked bars over time. */
export function bars(text: PanelText): TimeseriesBuilder {
  return curves(text)
    .drawStyle(GraphDrawStyle.Bars)
    .fillOpacity(70)
    .stacking(new StackingConfigBuilder().mode(StackingMode.Normal).group('A'));
}

/** One figure or word: the last of the query's only column. */
export function figure({ title, description, sql }: PanelText): StatBuilder {
  return new StatBuilder()
    .title(title)
    .description(description)
    .datasource(DATASOURCE)
    .withTarget(new SqlQueryBuilder('table', sql))
    .height(4)
    .span(4)
    .colorMode(BigValueColorMode.Value)
    .graphMode(BigValueGraphMode.None)
    .reduceOptions(new ReduceDataOptionsBuilder().calcs(['lastNotNull']).fields('/.*/').values(false))
    .noValue('–');
}

/** Rows, in the order of the query. */
export function rows({ title, description, sql }: PanelText): TableBuilder {
  return new TableBuilder()
    .title(title)
    .description(description)
    .datasource(DATASOURCE)
    .withTarget(new SqlQueryBuilder('table', sql))
    .height(9)
    .span(24)
    .noValue('–');
}
