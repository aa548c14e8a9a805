package io.millrace.local.shop;

import java.util.random.RandomGenerator;

/** What customers and staff of the shop do, each in one transaction. */
public enum ShopTransaction {
  /** A new order with one to seven lines. */
  PLACE_ORDER(40),
  /** An open or half-shipped order takes its next status; so do its lines. */
  ADVANCE_ORDER(25),
  /** A customer takes another segment, nation or address. */
  MOVE_CUSTOMER(12),
  /** A part gets another price. */
  CHANGE_PRICE(8),
  /** An open order is deleted with its lines. */
  CANCEL_ORDER(8),
  /** A customer moves and places two orders. */
  MOVE_AND_PLACE_TWO_ORDERS(7);

  private static final int PERCENT = 100;

  private final int percent;

  ShopTransaction(int percent) {
    this.percent = percent;
  }

  /** One of them, as often as its share. */
  static ShopTransaction drawn(RandomGenerator random) {
    int left = random.nextInt(PERCENT);
    for (ShopTransaction transaction : values()) {
      left -= transaction.percent;
      if (left < 0) {
        return transaction;
      }
    }
    throw new IllegalStateException("The shares do not add up to 100 %");
  }
}
